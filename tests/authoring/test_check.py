"""What `portal plugins check` finds missing, fault by fault; and that it says so in one line each."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from portal.authoring import looking, names, statements, tables
from portal.authoring.check import examine
from portal.authoring.finding import Finding
from portal.authoring.questions import places
from portal.authoring.subject import Subject, located, unpacked
from portal.errors import Invalid, NotFound
from portal.extend.registry import Loaded, load

from .conftest import Write, environment, portal, with_table

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.once


def loaded(subject: Subject) -> Loaded:
    registry = load((subject.name,))
    assert registry.refused == ()
    return registry.loaded[0]


# --- what it says of itself


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({}, "versión 1.0, distribución rubrica-dicho"),
        ({"Version": "1.1"}, "la distribución dice ser 1.1 y PLUGIN 1.0."),
        ({"Summary": ""}, "falta «description» en pyproject.toml."),
        ({"Requires-Python": ""}, "falta «requires-python» en pyproject.toml."),
        ({"Requires-Dist": "rubricas>=1"}, "no declara «rubrica» entre sus dependencias."),
    ],
)
def test_metadata(write: Write, about: dict[str, str], sentence: str) -> None:
    subject = write("dicho", about=about)
    assert statements.metadata(subject, loaded(subject).plugin) == Finding("metadatos", not about, sentence)


@pytest.mark.parametrize(
    ("wanted", "ok", "sentence"),
    [
        ("0.1", True, "funciona desde portal.extend 0.1"),
        ("0.99", False, "necesita portal.extend 0.99"),
        ("9.0", False, "necesita portal.extend 9.0"),
        ("nueva", False, "no tiene la forma «0.1»"),
    ],
)
def test_the_version_of_the_socket(wanted: str, ok: bool, sentence: str) -> None:
    from portal.extend import Plugin

    found = statements.compatible(Plugin(name="x", label="X", version="1.0", portal=wanted))
    assert found.ok is ok
    assert sentence in found.sentence


def test_names(write: Write) -> None:
    body = """
@hookimpl
def dimensions():
    return [Dimension(name="Otro", label="Otro", prefix="otrooo")]

@hookimpl
def item_fields():
    return [ItemField(dimension="Otro", name="mi campo", label="M", kind="choice")]
"""
    subject = write("dudoso", body, files={"templates/otro/pagina.html": "x"})
    found = statements.own_names(subject, loaded(subject), ())
    assert found.sentence == (
        "el prefijo «otrooo» no tiene de dos a cuatro mayúsculas sin tilde; "
        "la dimensión «Otro» necesita un nombre de minúsculas sin tilde, cifras y guion bajo; el campo «mi campo» necesita un nombre de minúsculas sin tilde, "
        "cifras y guion bajo; el campo «mi campo» es de tipo choice y sus opciones no corresponden; la plantilla templates/otro/pagina.html debe estar en templates/dudoso/."
    )


def test_names_that_a_plugin_of_this_installation_has(write: Write) -> None:
    subject = write("rival", "@hookimpl\ndef dimensions():\n    return [Dimension(name='rival', label='Rival', prefix='SOC')]")
    assert statements.own_names(subject, loaded(subject), ()).ok
    found = statements.own_names(subject, loaded(subject), ("social",))
    assert found.sentence == "junto a los plugins de este portal: El plugin «rival» no se usa: «SOC» (dimensions) ya es de «social»."


# --- tables


def test_tables_that_go_up_and_down(write: Write, tmp_path: Path) -> None:
    subject = with_table(write, "sube")
    assert tables.moved("sube", (subject.name,), tmp_path / "home", "m") == Finding("m", ok=True, sentence="sube_row")


@pytest.mark.parametrize(
    ("name", "how", "sentence"),
    [
        ("queda", {"down": "pass"}, "no se pudo"),
        ("falta", {"revision": False}, 'la tabla falta_row no tiene revisión: portal db revise falta "primeras tablas" 0001.'),
        ("difiere", {"more": "text: Mapped[str]"}, "al subir las tablas no son las de models.py: "),
        ("ajena", {"table": "otra_row", "revision": False}, "la tabla otra_row debe llamarse ajena_…."),
    ],
)
def test_tables_that_are_wrong(write: Write, tmp_path: Path, name: str, how: dict[str, Any], sentence: str) -> None:
    subject = with_table(write, name, **how)
    found = (
        next(one for one in examine(subject) if one.label == "migraciones en SQLite")
        if name == "queda"
        else tables.moved(name, (name,), tmp_path / "home", "m")
    )
    assert not found.ok
    assert found.sentence.startswith(sentence)


# --- what it answers

BAD = """
import time
from markupsafe import Markup

@hookimpl
def dimensions():
    return [Dimension(name="{name}", label="Malo", prefix="MAL")]

@hookimpl
def item_objections(item):
    time.sleep(0.25)
    return []

@hookimpl
def page_items(place):
    if place == "home":
        raise RuntimeError("sin casa")
    return ["algo"] if place == "nav.footer" else []

@hookimpl
def agenda_chapter(dimension):
    return [Chapter(label="x", template="{name}/chapter.html", context={{"item": dimension["items"][0]}})]

@hookimpl
def commands():
    return [Command(name="{name}", help="x", target="rubrica_{name}.nada:x")]

@hookimpl
def exporters():
    return [Exporter(name="{name}.x", label="x", rows=lambda session, code: 1 / 0)]

@hookimpl
def commitment_objections(session, commitment):
    return []
"""


def test_each_answer_is_asked_for_timed_and_drawn(write: Write) -> None:
    subject = write(
        "malo",
        BAD.format(name="malo"),
        files={"templates/malo/chapter.html": "<p>{{ item.code }}</p>{% set x %}{{ item.responsible }}{% endset %}{{ x | safe }}"},
    )
    start = time.monotonic()
    found = {one.label: one for one in examine(subject)}
    assert time.monotonic() - start < 30  # a slow hook is left after its first case
    assert found["hooks"].sentence == (
        "«page_items» en home falló (RuntimeError: sin casa); la tabla «malo.x» falló (ZeroDivisionError: division by zero); "
        "la orden «malo» no se puede importar (ModuleNotFoundError: No module named 'rubrica_malo.nada')."
    )
    assert found["tiempos"].sentence.startswith("«item_objections» tardó 2")
    assert found["escape"].sentence == "chapter.html usa |safe."
    assert {label for label, one in found.items() if not one.ok} == {"hooks", "tiempos", "escape"}


ABOUT_COMMITMENTS = """
@hookimpl
def commitment_objections(session, commitment):
    return [Objection(sentence=f"{commitment.code}: {commitment.state}")]

@hookimpl
def commitment_changed(commitment_id, event):
    if event == "complete":
        raise RuntimeError(f"{commitment_id} {event}")

@hookimpl
def person_data(session, person_id):
    return ["algo"]

@hookimpl
def person_erased(session, person_id, now):
    assert person_id and now.tzinfo
"""


def test_hooks_about_commitments_and_people_are_asked_with_samples_of_them(write: Write) -> None:
    found = {one.label: one for one in examine(write("vigia", ABOUT_COMMITMENTS))}
    assert found["hooks"].sentence == ("«commitment_changed» falló (RuntimeError: 1 complete); «person_data» devuelve str y no PersonData.")
    assert {label for label, one in found.items() if not one.ok} == {"hooks"}
    body = ABOUT_COMMITMENTS.replace("raise RuntimeError", "str").replace('["algo"]', "[]")
    well = {one.label: one for one in examine(write("atento", body))}
    assert well["hooks"].sentence == "commitment_objections, commitment_changed, person_data, person_erased"
    assert {label for label, one in well.items() if not one.ok} == set()


def test_what_was_not_looked_at_is_said(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = write("mudo")
    monkeypatch.setattr(looking, "PROGRAMS", ("no-such-browser",))
    [last] = [one for one in examine(subject, browser=True) if one.label == looking.LABEL]
    assert (last.ok, last.skipped) == (True, True)
    assert last.sentence.startswith("no se comprobó; falta: ")


def test_a_plugin_that_is_refused(write: Write) -> None:
    subject = write("negado", statement="PLUGIN = 3")
    assert [(one.label, one.ok, one.sentence) for one in examine(subject)] == [
        ("carga", False, "El plugin «negado» no se usa: su plugin.py no define PLUGIN = Plugin(…)."),
        ("importaciones", True, "solo lo prometido"),
    ]


def test_a_refusal_is_one_line_whatever_was_raised(write: Write) -> None:
    [first, *_] = examine(write("mudado", "@hookimpl\ndef panels(dimension, otra):\n    return []\n"))
    assert (first.ok, len(first.sentence.splitlines()), "{'otra'}" in first.sentence) == (False, 1, True)


def test_a_need_that_is_not_there(write: Write) -> None:
    subject = write("huerfano", statement="PLUGIN = Plugin(name='{name}', label='H', version='1.0', summary='H', needs=('nadie',))")
    [first, *_] = examine(subject)
    assert not first.ok
    assert "no está instalado" in first.sentence


def test_every_place_of_the_core_s_pages_is_asked() -> None:
    assert {name for name, _ in places()} >= {"nav.public", "nav.staff", "nav.footer", "home", "agenda", "draft", "sign_in"}
    assert dict(places())["agenda"] is False  # it has a subject


# --- what is examined


def test_what_is_neither_a_folder_nor_a_plugin(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing, located("inexistente"):
        pass
    assert missing.value.text == "No hay una carpeta ni un plugin instalado que se llame «inexistente»."
    with pytest.raises(Invalid) as empty, located(str(tmp_path)):
        pass
    assert empty.value.text == f"«{tmp_path}» no tiene pyproject.toml: no es la carpeta de una distribución."
    with pytest.raises(Invalid) as none:
        unpacked(tmp_path)
    assert none.value.text.startswith("La distribución debe traer un plugin en el grupo de entrada «portal.plugins» y trae ninguno.")


def test_a_folder_that_cannot_be_built(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 3\n")
    with pytest.raises(Invalid) as refused, located(str(tmp_path)):
        pass
    assert refused.value.text.startswith("No se pudo construir la distribución: ")
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


def test_the_command_prints_a_line_a_check_and_ends_with_one(tmp_path: Path) -> None:
    env = environment(tmp_path / "home", ROOT)
    unknown = portal("plugins", "check", "nadie", cwd=tmp_path, env=env)
    assert (unknown.returncode, unknown.stderr) == (2, "No hay una carpeta ni un plugin instalado que se llame «nadie».\n")
    bundled = portal("plugins", "check", "ambiental", cwd=tmp_path, env=env)
    assert (bundled.returncode, bundled.stderr) == (0, "")
    told = bundled.stdout.splitlines()
    assert {line[:6] for line in told if looking.LABEL not in line} == {"bien  "}
    assert [line[:6] in {"bien  ", "omite "} for line in told if looking.LABEL in line] == [True]
    place = tmp_path / "site" / "rubrica_malito"
    place.mkdir(parents=True)
    (place / "__init__.py").write_text("")
    (place / "plugin.py").write_text("import portal.app")
    info = tmp_path / "site" / "rubrica_malito-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: rubrica-malito\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[portal.plugins]\nmalito = rubrica_malito.plugin\n")
    bad = portal("plugins", "check", "malito", "--json", cwd=tmp_path, env=environment(tmp_path / "home", ROOT, tmp_path / "site"))
    report = json.loads(bad.stdout)
    assert (bad.returncode, report["ok"]) == (1, False)
    assert [(one["label"], one["ok"]) for one in report["checks"]] == [("carga", False), ("importaciones", False)]


def test_installed_and_bundled_are_told_apart() -> None:
    assert (names.bundled("ambiental"), names.installed("ambiental"), names.bundled("nadie")) == (True, "", False)
