"""Who wrote stands apart from what was written, is shown only as they chose, and goes when they say so."""

import io
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import inspect, select

from plugins.dialogue import erasing
from plugins.dialogue.attachments import Clean
from plugins.dialogue.models import Author, Contribution, Moderation
from portal import clock
from portal.accounts import erasure
from portal.documents.models import StoredFile
from portal.mail import MailMessage
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors
from portal.testing.traces import in_tables
from tests.dialogue.conftest import Dialogue, Mailbox, path_in

ADDRESS = "reservada@muestra.example"


def by_mail(dialogue: Dialogue, nobody: FlaskClient, box: Mailbox, **values: Any) -> str:
    """Contribute from an address and confirm; return the path of the contributor's own page."""
    form = {"kind": "comment", "place": "SOC-01", "text": "Palabras mías.", "name": "Seudónima", "email": ADDRESS, **values}
    nobody.post(f"{dialogue.public}/aportar", data=form)
    nobody.post(path_in(box.to(ADDRESS)[-1], r"/agendas/\S+confirmar/\S+"))
    return path_in(box.to(ADDRESS)[-1], r"/agendas/\S+propio/\S+")


def test_no_column_of_a_contribution_says_who(dialogue: Dialogue) -> None:
    keys = inspect(dialogue.portal.engine).get_foreign_keys("dialogue_contribution")
    assert {one["constrained_columns"][0] for one in keys if one["referred_table"] == "person"} == {"assigned_id"}  # who answers


def test_an_address_is_on_no_page_not_even_the_staff_s(
    dialogue: Dialogue, actors: Actors, nobody: FlaskClient, mailbox: tuple[Mailbox, int]
) -> None:
    own = by_mail(dialogue, nobody, mailbox[0])
    staff = actors.signed_in(dialogue.coordinator)
    staff.post(f"{dialogue.staff}/aportes/A-0001/moderar", data={"act": "publish", "revision": 1})
    public = [f"/agendas/{dialogue.code}/aportes/A-0001", f"{dialogue.public}/aportes", f"{dialogue.public}/aportes.csv", own]
    pages = [nobody.get(one) for one in public] + [staff.get(one) for one in (dialogue.staff, f"{dialogue.staff}/aportes/A-0001")]
    assert [one.status_code for one in pages] == [200] * 6
    assert [ADDRESS in one.text for one in pages] == [False] * 6
    assert "Seudónima" in pages[0].text
    entries = dialogue.read(select(SearchDocument).where(SearchDocument.ref == f"contribution:{dialogue.code}/A-0001"))
    assert [(one.public, "Seudónima" in one.body + one.title) for one in entries] == [(True, False)]


def test_an_own_link_takes_the_contribution_back_and_dies_with_it(
    dialogue: Dialogue, nobody: FlaskClient, mailbox: tuple[Mailbox, int]
) -> None:
    own = by_mail(dialogue, nobody, mailbox[0])
    done = nobody.post(f"{own}/retirar", follow_redirects=True)
    assert "Retiró su aporte" in done.text
    assert nobody.get(own).status_code == 404
    assert in_tables(dialogue.portal, [ADDRESS, "Palabras mías", "Seudónima"]) == {}
    assert "1 fue retirado por quien lo presentó" in nobody.get(f"{dialogue.public}/aportes").text
    assert dialogue.read(select(Moderation.act)) == ["withdrawn"]


def test_an_own_link_erases_who_wrote_and_leaves_what_was_written(
    dialogue: Dialogue, nobody: FlaskClient, mailbox: tuple[Mailbox, int]
) -> None:
    own = by_mail(dialogue, nobody, mailbox[0])
    assert nobody.post(f"{own}/anonimo").status_code == 303
    assert set(in_tables(dialogue.portal, ["Palabras mías"])) >= {"dialogue_contribution.text"}
    assert in_tables(dialogue.portal, [ADDRESS, "Seudónima"]) == {}
    assert nobody.get(own).status_code == 404


def test_only_the_author_acts_on_a_contribution(dialogue: Dialogue, actors: Actors) -> None:
    author = actors.person()
    dialogue.said(person=author, published=True)
    address = f"/agendas/{dialogue.code}/aportes/A-0001"
    assert actors.client().post(f"{address}/retirar").status_code == 404
    assert actors.signed_in(dialogue.coordinator).post(f"{address}/retirar").status_code == 404
    assert "Retirar mi aporte" not in actors.client().get(address).text
    assert "Retirar mi aporte" in actors.signed_in(author).get(address).text
    assert actors.signed_in(author).post(f"{address}/retirar").status_code == 303
    assert [one.state for one in dialogue.read(select(Contribution))] == ["withdrawn"]


def test_an_erased_person_leaves_words_without_an_author_and_no_files(
    dialogue: Dialogue, actors: Actors, nobody: FlaskClient, mailbox: tuple[Mailbox, int]
) -> None:
    person = actors.person("Ruperta Muestra Quispe", email=ADDRESS)
    png = io.BytesIO()
    Image.new("RGB", (3, 3)).save(png, "PNG")
    file = Clean("foto.png", png.getvalue(), "image/png")
    dialogue.said("Yo, Ruperta Muestra Quispe, digo.", person=person, name="Ruperta Muestra Quispe", files=[file], published=True)
    by_mail(dialogue, nobody, mailbox[0], text="Desde mi correo.", name="")
    actors.signed_in(person).get(f"/agendas/{dialogue.code}/aportes/A-0001")
    [copy] = list(erasing.data(dialogue.session, person.id))
    assert [row["code"] for row in copy.rows] == ["A-0001", "A-0002"]
    dialogue.session.commit()
    with dialogue.portal.sessions() as session:
        assert erasure.erase(dialogue.portal, session, now=clock.now(), person_id=person.id).pending == ()
        session.commit()
    dialogue.portal.queue.drain()
    assert in_tables(dialogue.portal, ["Ruperta Muestra Quispe", ADDRESS]) == {}
    kept = dialogue.read(select(Contribution).order_by(Contribution.id))
    assert [(one.state, one.text) for one in kept] == [
        ("published", f"Yo, Persona {person.id} (datos eliminados), digo."),
        ("received", "Desde mi correo."),
    ]
    assert dialogue.read(select(StoredFile.media_type).where(StoredFile.media_type == "image/png", StoredFile.removed_at.is_(None))) == []
    assert {(one.person_id, one.name, one.email) for one in dialogue.read(select(Author))} == {(None, "", None)}
    assert [one for one in dialogue.read(select(MailMessage.address)) if one] == []
