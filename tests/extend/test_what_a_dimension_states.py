"""What a dimension's statement brings by itself: a field for its themes, and what its delegates may do."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from portal.agendas import queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.printing import version_pdf
from portal.exporting import as_csv, exporter
from portal.extend import Dimension
from portal.extend.kinds import DELEGATE_ACTS
from portal.extend.registry import load
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Installation

pytestmark = pytest.mark.once

BODY = """
@hookimpl
def dimensions():
    return [Dimension(name="{name}", label="Fiestas", prefix="FIE", themes=("Carnaval", "Santos & patronas"), delegates={acts!r})]
"""
PLACE = "/gestion/agendas/APU-T"
TRIES = {
    "add": ("get", "puntos/nuevo?dimension={name}"),
    "edit": ("get", "puntos/FIE-01"),
    "move": ("post", "puntos/FIE-01/mover"),
    "retire": ("post", "puntos/FIE-01.1/retirar"),
}
BUTTONS = {"add": "Agregar punto", "edit": ">Editar<", "move": ">Subir<"}


@pytest.mark.parametrize("acts", [(), ("edit",), ("add", "edit"), ("move", "retire"), DELEGATE_ACTS], ids=" ".join)
def test_delegates_do_what_the_dimension_says_and_no_more(
    acts: tuple[str, ...], install: Callable[..., str], with_plugins: Any, now: datetime
) -> None:
    name = install("fiestas", BODY.format(name="fiestas", acts=acts))
    made: Installation = with_plugins("social", name)
    agenda = sample_draft(made.session, now=now, ask=made.portal.ask, items=6)
    made.session.commit()
    person = made.actors.grant(made.actors.person("Delegada <de> muestra"), "delegate", agenda, dimension=name)
    delegate, coordinator = made.actors.signed_in(person), made.actors.client("coordinator", agenda)
    page = delegate.get(f"{PLACE}/dimension/{name}").text
    assert {act for act, words in BUTTONS.items() if words in page} == set(acts) & set(BUTTONS)
    assert "Delegada &lt;de&gt; muestra" in page
    assert ("Solo leen el borrador." in page) is not bool(acts)
    form = coordinator.get(f"{PLACE}/puntos/FIE-01").text
    assert "Retirar del borrador" in form
    if "edit" in acts:
        assert ("Retirar del borrador" in delegate.get(f"{PLACE}/puntos/FIE-01").text) is ("retire" in acts)
    for act, (method, address) in TRIES.items():
        place = f"{PLACE}/{address.format(name=name)}"
        answer = getattr(delegate, method)(place, **({"data": {"revision": "1"}} if method == "post" else {}))
        assert (answer.status_code < 400) is (act in acts), act
    for method, address in (("get", "puntos/SOC-01"), ("get", "congelar"), ("get", "dimensiones"), ("post", "puntos/SOC-01/mover")):
        assert getattr(delegate, method)(f"{PLACE}/{address}").status_code == 403
    assert all(
        getattr(coordinator, method)(f"{PLACE}/{address.format(name=name)}").status_code < 400
        for method, address in TRIES.values()
        if method == "get"
    )
    gone: Installation = with_plugins("social", like=made)
    assert gone.actors.signed_in(person).get(f"{PLACE}/puntos/FIE-01").status_code == 403  # nobody says what they may do
    assert gone.actors.client("coordinator", agenda).get(f"{PLACE}/puntos/FIE-01").status_code == 200


def test_an_act_that_there_is_not_is_refused(install: Callable[..., str]) -> None:
    with pytest.raises(ValueError, match="delegates cannot freeze"):
        Dimension(name="x", label="X", prefix="XXX", delegates=("freeze",))  # type: ignore[arg-type]
    [refused] = load((install("atrevida", BODY.format(name="atrevida", acts=("edit", "freeze"))),)).refused
    assert "delegates cannot freeze" in refused.sentence


def test_an_item_s_theme_is_wherever_a_field_is(install: Callable[..., str], with_plugins: Any, now: datetime) -> None:
    name = install("fiestas", BODY.format(name="fiestas", acts=DELEGATE_ACTS))
    made: Installation = with_plugins(name)
    session, portal = made.session, made.portal
    agenda = sample_draft(session, now=now, ask=portal.ask, items=3)

    def freeze(theme: str) -> Any:
        item = queries.item(session, agenda.id, "FIE-01")
        item.content = {**item.content, "fields": {"tema": theme}}
        session.flush()
        expected = draft_digest(draft_document(session, portal.registry, agenda))
        version = service.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)
        session.commit()
        return version

    freeze("Carnaval")
    version = freeze("Santos & patronas")
    form = made.actors.client("coordinator", agenda).get(f"{PLACE}/puntos/FIE-01").text
    assert re.search(r'<select[^>]* name="fields-tema".*?<option selected value="Santos &amp; patronas">', form, re.DOTALL)
    client = made.app.test_client()
    document = json.loads(client.get("/agendas/APU-T/v2.json").data)
    assert document["dimensions"][0]["items"][0]["fields"] == {"tema": {"label": "Tema", "value": "Santos & patronas"}}
    changes = re.sub(r"<[^>]+>", "", client.get("/agendas/APU-T/v2/cambios").text)
    assert "Carnaval" in changes
    assert "Santos &amp; patronas" in changes
    assert re.search(r"<dt>Tema</dt>\s*<dd>\s*Santos &amp; patronas\s*</dd>", client.get("/agendas/APU-T/v2").text)
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=version_pdf(portal, version), capture_output=True, check=True).stdout
    assert re.search(r"Tema\s+Santos & patronas", text.decode())
    table = as_csv(exporter(portal, "items").rows(session, "APU-T")).decode("utf-8-sig").splitlines()
    assert "Tema" in table[0].split(",")
    assert [line.count("Santos & patronas") for line in table if ",FIE-01," in line and line.startswith("Fiestas,FIE-01,")] == [1]


def test_a_theme_that_the_dimension_has_not_is_not_saved(install: Callable[..., str], with_plugins: Any, now: datetime) -> None:
    name = install("fiestas", BODY.format(name="fiestas", acts=DELEGATE_ACTS))
    made: Installation = with_plugins(name)
    agenda = sample_draft(made.session, now=now, ask=made.portal.ask, items=1)
    made.session.commit()
    item = queries.item(made.session, agenda.id, "FIE-01")
    sent = {"code": item.code, "kind": item.kind, "text": "Otro", "responsible": "", "revision": "1", "fields-tema": "Otra cosa"}
    answer = made.actors.client("coordinator", agenda).post(f"{PLACE}/puntos/FIE-01", data=sent)
    assert answer.status_code == 422
    assert "no tiene la forma esperada" in answer.text


def test_a_field_called_so_is_the_dimensions_own(install: Callable[..., str]) -> None:
    body = (
        BODY.format(name="doble", acts=())
        + '\n@hookimpl\ndef item_fields():\n    return [ItemField(dimension="doble", name="tema", label="T")]\n'
    )
    [refused] = load((install("doble", body),)).refused
    assert refused.sentence.endswith("«doble tema» (item_fields) ya es de «doble».")
