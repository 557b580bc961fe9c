"""A plugin that cannot be used is refused whole, with a sentence, and the portal starts without it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal import cli, diagnosis
from portal.app import create_app
from portal.context import Portal, assemble
from portal.db import Base
from portal.exporting import exporters
from portal.extend.registry import CORE_WORDS, RESERVED, load
from portal.settings import Settings

Install = Callable[..., str]


def refusals(*names: str) -> dict[str, str]:
    return {one.name: one.sentence for one in load(names).refused}


def says(name: str, sentence: str) -> dict[str, str]:
    return {name: f"El plugin «{name}» no se usa: {sentence}"}


def test_what_is_not_installed() -> None:
    assert refusals("inexistente") == says("inexistente", "no está instalado. Instálelo o quítelo de PORTAL_PLUGINS.")


@pytest.mark.parametrize("name", ["Mal-Nombre", "../commitments", "os.path", "1x", "ñ"])
def test_what_is_no_name(name: str) -> None:
    assert refusals(name) == says(name, "su nombre no es válido; use minúsculas, cifras y guion bajo.")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise RuntimeError('roto')", "falló al cargarse (RuntimeError: roto)"),
        ("import biblioteca_que_falta", "falló al cargarse (ModuleNotFoundError: No module named 'biblioteca_que_falta')"),
        ("raise SystemExit(1)", "falló al cargarse (SystemExit: 1)"),
        ("raise RuntimeError('token=abc123 y más')", "falló al cargarse (RuntimeError: token=••• y más)"),
    ],
)
def test_what_fails_when_imported(install: Install, body: str, reason: str) -> None:
    assert refusals(install("roto", body)) == says("roto", reason)


def test_what_python_cannot_read(install: Install) -> None:
    [sentence] = refusals(install("roto", "def (:")).values()
    assert sentence.startswith("El plugin «roto» no se usa: falló al cargarse (SyntaxError: invalid syntax")


@pytest.mark.parametrize("statement", ["", "PLUGIN = 'roto'", "plugin = Plugin(name='roto', label='Roto', version='1.0')"])
def test_what_does_not_say_who_it_is(install: Install, statement: str) -> None:
    assert refusals(install("roto", plugin=statement)) == says("roto", "su plugin.py no define PLUGIN = Plugin(…).")


def test_what_says_it_is_another(install: Install) -> None:
    assert refusals(install("roto", plugin="PLUGIN = Plugin(name='otro', label='Otro', version='1.0')")) == says(
        "roto", "dice llamarse «otro»."
    )


def test_an_outside_plugin_with_the_name_of_a_bundled_one(install: Install) -> None:
    assert refusals(install("commitments")) == says("commitments", "hay otro plugin instalado con el mismo nombre.")


@pytest.mark.parametrize("wanted", ["0.2", "0.10", "1.0", "9.9"])
def test_what_needs_another_version_of_the_socket(install: Install, wanted: str) -> None:
    name = install("roto", plugin=f"PLUGIN = Plugin(name='roto', label='Roto', version='1.0', portal='{wanted}')")
    assert refusals(name) == says("roto", f"necesita portal.extend {wanted}; este es 0.1.")


def test_what_needs_a_plugin_that_is_not_there(install: Install) -> None:
    name = install("roto", plugin="PLUGIN = Plugin(name='roto', label='Roto', version='1.0', needs=('presupuesto',))")
    assert refusals(name) == says("roto", "necesita presupuesto, que no está en uso.")


def test_what_needs_a_plugin_that_is_refused(install: Install) -> None:
    install("base", "raise RuntimeError('roto')")
    install("encima", plugin="PLUGIN = Plugin(name='encima', label='Encima', version='1.0', needs=('base',))")
    assert refusals("encima", "base") == says("base", "falló al cargarse (RuntimeError: roto)") | says(
        "encima", "necesita base, que no está en uso."
    )


def test_those_that_need_each_other_are_refused_and_the_rest_is_used(install: Install) -> None:
    install("uno", plugin="PLUGIN = Plugin(name='uno', label='Uno', version='1.0', needs=('dos',))")
    install("dos", plugin="PLUGIN = Plugin(name='dos', label='Dos', version='1.0', needs=('uno',))")
    install("tres")
    registry = load(("uno", "dos", "tres"))
    assert [one.plugin.name for one in registry.loaded] == ["tres"]
    assert sorted(one.name for one in registry.refused) == ["dos", "uno"]
    assert all("se necesita a sí mismo (" in one.sentence for one in registry.refused)


def test_what_needs_itself(install: Install) -> None:
    name = install("uno", plugin="PLUGIN = Plugin(name='uno', label='Uno', version='1.0', needs=('uno',))")
    assert refusals(name) == says("uno", "se necesita a sí mismo (uno → uno).")


NAMED = {
    "dimensions": (
        "Dimension(name='cultura', label='Cultura', prefix='CUL')",
        "Dimension(name='cultura', label='Otra', prefix='OTR')",
        "cultura",
    ),
    "dimensions, by prefix": (
        "Dimension(name='cultura', label='Cultura', prefix='CUL')",
        "Dimension(name='cultivos', label='Otra', prefix='CUL')",
        "CUL",
    ),
    "item_fields": ("ItemField(dimension='d', name='lengua', label='L')", "ItemField(dimension='d', name='lengua', label='M')", "d lengua"),
    "permissions": (
        "Permission(action='muestra.ver', label='V', roles=())",
        "Permission(action='muestra.ver', label='W', roles=('reader',))",
        "muestra.ver",
    ),
    "commands": ("Command(name='muestra', help='M', target='m:m')", "Command(name='muestra', help='N', target='n:n')", "muestra"),
    "jobs": (
        "JobKind(name='muestra.hacer', run=print, pending=print)",
        "JobKind(name='muestra.hacer', run=len, pending=len)",
        "muestra.hacer",
    ),
    "exporters": (
        "Exporter(name='muestra.tabla', label='T', rows=print)",
        "Exporter(name='muestra.tabla', label='U', rows=len)",
        "muestra.tabla",
    ),
}


def answering(hook: str, *answers: str) -> str:
    return f"@hookimpl\ndef {hook}():\n    return [{', '.join(answers)}]"


@pytest.mark.parametrize("case", NAMED)
def test_a_name_that_another_plugin_has(install: Install, case: str) -> None:
    hook, (first, second, key) = case.split(",", maxsplit=1)[0], NAMED[case]
    install("primero", answering(hook, first))
    install("segundo", answering(hook, second))
    registry = load(("primero", "segundo"))
    assert [one.plugin.name for one in registry.loaded] == ["primero"]
    assert {one.name: one.sentence for one in registry.refused} == says("segundo", f"«{key}» ({hook}) ya es de «primero».")
    assert len(registry.answers(hook)) == 1


@pytest.mark.parametrize("case", NAMED)
def test_a_name_used_twice_by_one_plugin(install: Install, case: str) -> None:
    hook, (first, second, key) = case.split(",", maxsplit=1)[0], NAMED[case]
    assert refusals(install("doble", answering(hook, first, second))) == says("doble", f"«{key}» ({hook}) ya es de «doble».")


@pytest.mark.parametrize(
    ("hook", "answer", "key"),
    [
        ("permissions", "Permission(action='portal.administer', label='Todo', roles=('reader',))", "portal.administer"),
        ("commands", "Command(name='run', help='M', target='m:m')", "run"),
        ("jobs", "JobKind(name='mail.send', run=print, pending=print)", "mail.send"),
        ("exporters", "Exporter(name='items', label='T', rows=print)", "items"),
    ],
)
def test_a_name_of_the_core_s_own(install: Install, hook: str, answer: str, key: str) -> None:
    assert refusals(install("osado", answering(hook, answer))) == says("osado", f"«{key}» ({hook}) ya es de «portal».")


@pytest.mark.settings(plugins=())
def test_every_name_of_the_core_is_reserved(portal: Portal) -> None:
    assert set(RESERVED["commands"]) == {(name,) for name in cli.main.commands}
    assert set(RESERVED["jobs"]) == {(name,) for name in portal.queue._kinds}
    assert set(RESERVED["exporters"]) == {(name,) for name in exporters(portal)}


@pytest.mark.parametrize("hook", ["dimensions", "item_fields", "permissions", "commands", "jobs", "exporters"])
def test_an_answer_of_the_wrong_kind(install: Install, hook: str) -> None:
    [sentence] = refusals(install("roto", answering(hook, "{'name': 'x'}"))).values()
    assert sentence.startswith(f"El plugin «roto» no se usa: su hook «{hook}» devuelve dict y no ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("@hookimpl\ndef dimensions():\n    return None", "falló al cargarse (TypeError: 'NoneType' object is not iterable)"),
        (
            "@hookimpl\ndef dimensions():\n    yield Dimension(name='x', label='X', prefix='XX')\n    raise KeyError('y')",
            "falló al cargarse (KeyError: 'y')",
        ),
        ("@hookimpl\ndef dimensiones():\n    return []", "responde a «dimensiones», que no es un hook de este portal."),
    ],
)
def test_answers_that_cannot_be_used(install: Install, body: str, reason: str) -> None:
    assert refusals(install("roto", body)) == says("roto", reason)


def test_arguments_that_the_hook_does_not_have(install: Install) -> None:
    [sentence] = refusals(install("roto", "@hookimpl\ndef page_items(lugar):\n    return []")).values()
    assert sentence.startswith("El plugin «roto» no se usa: falló al cargarse (PluginValidationError: ")
    assert "lugar" in sentence


def test_nothing_of_a_refused_plugin_is_used(install: Install, settings: Settings) -> None:
    items = "@hookimpl\ndef page_items(place):\n    return [PageItem(label='Intruso', href='/intruso')]\n"
    install("roto", items + answering("permissions", "Permission(action='portal.administer', label='T', roles=('reader',))"))
    portal = assemble(replace(settings, plugins=("roto",)))
    assert portal.ask.page_items("nav.public", None) == []  # type: ignore[arg-type]
    assert "Intruso" not in create_app(portal).test_client().get("/").get_data(as_text=True)
    portal.engine.dispose()


def test_doctor_and_administrators_are_told(install: Install, settings: Settings) -> None:
    install("roto", "raise RuntimeError('roto')")
    portal = assemble(replace(settings, plugins=("roto",)))
    lines = {line.label: (line.ok, line.sentence) for line in diagnosis.examine(portal)}
    assert lines["plugin roto"] == (False, "El plugin «roto» no se usa: falló al cargarse (RuntimeError: roto)")
    portal.engine.dispose()


PAGES = """
from flask import Blueprint
from portal.web import public
blueprint = Blueprint("{name}", __name__)

@blueprint.get("/muestra")
{access}
def page():
    return "muestra"

@hookimpl
def blueprints():
    return [{given}]
"""


@pytest.mark.parametrize(
    ("name", "access", "given", "reason"),
    [
        ("muestra", "", "blueprint", "views without declared access: ['muestra.page']"),
        ("agendas", "@public", "blueprint", "blueprint 'agendas' is taken or not a blueprint"),
        (
            "muestra",
            "@public",
            "blueprint, blueprint",
            "The name 'muestra' is already registered for this blueprint. Use 'name=' to provide a unique name.",
        ),
        ("muestra", "@public", "1 / 0", "division by zero"),
    ],
)
def test_pages_that_cannot_be_used_are_left_out_and_close(
    install: Install, settings: Settings, name: str, access: str, given: str, reason: str
) -> None:
    install("paginas", PAGES.format(name=name, access=access, given=given))
    portal = assemble(replace(settings, plugins=("paginas",)))
    client = create_app(portal).test_client()
    assert client.get("/").status_code == 200
    assert client.get("/muestra").status_code == 404
    assert [(one.name, one.sentence) for one in portal.ask.refused()] == [
        ("paginas", f"Las páginas del plugin «paginas» no se usan: {reason}")
    ]
    assert [one.plugin for one in portal.ask.item_objections({"code": "SOC-01"}, {})] == ["paginas"]
    portal.engine.dispose()


def test_pages_that_can_be_used_are(install: Install, settings: Settings) -> None:
    install("paginas", PAGES.format(name="muestra", access="@public", given="blueprint"))
    portal = assemble(replace(settings, plugins=("paginas",)))
    assert create_app(portal).test_client().get("/muestra").get_data(as_text=True) == "muestra"
    assert portal.ask.refused() == []
    portal.engine.dispose()


def test_a_name_that_would_own_the_core_s_tables() -> None:
    assert {table.partition("_")[0] for table in core_tables()} <= CORE_WORDS
    assert refusals("mail") == says("mail", "su nombre empieza con una palabra reservada para el portal; elija otro.")


def core_tables() -> list[str]:
    """Return the names of the tables declared in the core's packages."""
    return [mapper.class_.__tablename__ for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("portal.")]
