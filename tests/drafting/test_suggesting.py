"""A suggestion changes nothing until somebody accepts it, over the wording that they saw; every decision has a reason or a trace."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.drafting import queries, returning, suggesting
from plugins.drafting.models import Suggestion
from plugins.drafting.sections import change_state, make_section
from portal.accounts.models import Person
from portal.agendas import service
from portal.errors import Conflict, Forbidden, Invalid, Stale
from portal.notices.models import Notice
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors
from portal.threads.queries import links_of
from portal.threads.words import ref

from .conftest import Desk
from .word import Edited

pytestmark = pytest.mark.settings(plugins=("social", "drafting"))
CODE = "SOC-01"


@pytest.fixture
def editor(desk: Desk, actors: Actors) -> Person:
    return actors.grant(actors.person("Editora de muestra"), "staff", desk.agenda)


@pytest.fixture
def author(desk: Desk, actors: Actors) -> Person:
    return actors.grant(actors.person("Autora de muestra"), "reader", desk.agenda)


@pytest.fixture
def suggest(desk: Desk, author: Person) -> Callable[..., Suggestion]:
    def make(**content: object) -> Suggestion:
        item = desk.item(CODE)
        made = suggesting.suggest(
            desk.session,
            desk.portal.registry,
            desk.agenda,
            CODE,
            content={**item.content, **content},
            reason="Se entiende mejor.",
            now=desk.now,
            person_id=author.id,
        )
        desk.session.commit()
        return made

    return make


def accept(desk: Desk, one: Suggestion, by: Person, revision: int | None = None, **more: object) -> None:
    revision = desk.item(CODE).revision if revision is None else revision
    suggesting.accept(desk.session, desk.portal.registry, desk.agenda, one, revision=revision, now=desk.now, person_id=by.id, **more)  # type: ignore[arg-type]
    desk.session.commit()


def test_a_suggestion_has_a_code_and_leaves_the_item_as_it_is(desk: Desk, suggest: Callable[..., Suggestion]) -> None:
    before = desk.item(CODE)
    text, revision = before.content["text"], before.revision
    first, second = suggest(text="Uno."), suggest(text="Dos.")
    assert (first.code, second.code, first.state, first.base_revision) == ("S-001", "S-002", "open", revision)
    after = desk.item(CODE)
    assert (after.content["text"], after.revision) == (text, revision)
    found = desk.session.scalars(select(SearchDocument).where(SearchDocument.ref == ref("suggestion", "APU-T", "S-001"))).one()
    assert (found.public, found.action, found.source) == (False, "drafting.read", "drafting")


@pytest.mark.parametrize(
    ("content", "reason", "field"), [({}, "Sí.", "text"), ({"text": ""}, "Sí.", "text"), ({"text": "Otro."}, " ", "reason")]
)
def test_nothing_new_no_words_or_no_reason_is_refused(desk: Desk, content: dict[str, str], reason: str, field: str) -> None:
    item = desk.item(CODE)
    with pytest.raises(Invalid) as refused:
        suggesting.suggest(
            desk.session,
            desk.portal.registry,
            desk.agenda,
            CODE,
            content={**item.content, **content},
            reason=reason,
            now=desk.now,
            person_id=None,
        )
    assert list(refused.value.fields) == [field]


def test_accepting_writes_it_links_it_and_tells_its_author(
    desk: Desk, suggest: Callable[..., Suggestion], editor: Person, author: Person
) -> None:
    one = suggest(text="Dice lo nuevo.")
    before = desk.item(CODE).revision
    accept(desk, one, editor, note="De acuerdo.")
    after = desk.item(CODE)
    assert (after.content["text"], after.revision, after.edited_by_id) == ("Dice lo nuevo.", before + 1, editor.id)
    desk.session.refresh(one)
    assert (one.state, one.applied_revision, one.adjusted, one.decision) == ("accepted", before + 1, False, "De acuerdo.")
    [link] = links_of(desk.session, [ref("suggestion", "APU-T", one.code)])
    assert (link.relation, link.target) == ("changed", ref("item", "APU-T", CODE))
    [notice] = desk.session.scalars(select(Notice).where(Notice.person_id == author.id))
    assert (notice.topic, notice.text) == ("drafting.decided", "De acuerdo.")
    with pytest.raises(Conflict):
        accept(desk, one, editor)


def test_an_item_that_changed_elsewhere_keeps_that_change(desk: Desk, suggest: Callable[..., Suggestion], editor: Person) -> None:
    one = suggest(text="Dice lo nuevo.")
    desk.edit(CODE, responsible="Otra entidad de muestra")
    assert suggesting.moved(one, desk.item(CODE)) == ()
    accept(desk, one, editor)
    after = desk.item(CODE).content
    assert (after["text"], after["responsible"]) == ("Dice lo nuevo.", "Otra entidad de muestra")


def test_nobody_accepts_over_words_that_they_did_not_see(desk: Desk, suggest: Callable[..., Suggestion], editor: Person) -> None:
    one = suggest(text="Dice lo nuevo.")
    seen = desk.item(CODE).revision
    desk.edit(CODE, text="Otra persona escribió esto.")
    assert suggesting.moved(one, desk.item(CODE)) == ("text",)
    with pytest.raises(Stale):
        accept(desk, one, editor, revision=seen)
    desk.session.rollback()
    desk.session.refresh(one)
    assert (one.state, desk.item(CODE).content["text"]) == ("open", "Otra persona escribió esto.")
    accept(desk, one, editor)
    assert desk.item(CODE).content["text"] == "Dice lo nuevo."


def test_an_adjusted_wording_is_marked_so(desk: Desk, suggest: Callable[..., Suggestion], editor: Person) -> None:
    one = suggest(text="Dice lo nuevo.")
    accept(desk, one, editor, content={**desk.item(CODE).content, "text": "Dice casi lo nuevo."})
    desk.session.refresh(one)
    assert (one.adjusted, desk.item(CODE).content["text"]) == (True, "Dice casi lo nuevo.")


def test_not_accepting_needs_a_reason_that_stays(desk: Desk, suggest: Callable[..., Suggestion], editor: Person) -> None:
    one, text = suggest(text="Dice lo nuevo."), desk.item(CODE).content["text"]
    with pytest.raises(Invalid):
        suggesting.reject(desk.session, desk.agenda, one, reason=" ", now=desk.now, person_id=editor.id)
    suggesting.reject(desk.session, desk.agenda, one, reason="Ya está dicho.", now=desk.now, person_id=editor.id)
    desk.session.commit()
    assert (one.state, one.decision, desk.item(CODE).content["text"]) == ("rejected", "Ya está dicho.", text)
    with pytest.raises(Conflict):
        accept(desk, one, editor)


def test_only_its_author_takes_a_suggestion_back(desk: Desk, suggest: Callable[..., Suggestion], editor: Person, author: Person) -> None:
    one = suggest(text="Dice lo nuevo.")
    with pytest.raises(Forbidden):
        suggesting.withdraw(desk.session, one, now=desk.now, person_id=editor.id)
    suggesting.withdraw(desk.session, one, now=desk.now, person_id=author.id)
    assert one.state == "withdrawn"


def test_a_retired_item_takes_no_suggestion(desk: Desk, suggest: Callable[..., Suggestion], editor: Person, session: Session) -> None:
    one = suggest(text="Dice lo nuevo.")
    for code in ("SOC-01.1", "SOC-01.2", CODE):
        service.retire_item(session, desk.agenda, code, revision=desk.item(code).revision, now=desk.now, person_id=None)
    session.commit()
    with pytest.raises(Conflict):
        accept(desk, one, editor)
    session.rollback()
    with pytest.raises(Conflict):
        suggest(text="Otro más.")


def test_a_section_has_owners_states_and_a_history(desk: Desk, editor: Person, author: Person, suggest: Callable[..., Suggestion]) -> None:
    session = desk.session
    made = make_section(
        session, desk.portal.registry, desk.agenda, dimension="social", root=CODE, owners=[editor.id], now=desk.now, person_id=None
    )
    assert (made.code, made.state) == ("RED-01", "waiting")
    from portal.agendas.queries import items

    assert {one.code for one in queries.section_items(made, items(session, desk.agenda.id))} == {CODE, "SOC-01.1", "SOC-01.2"}
    with pytest.raises(Conflict):
        make_section(session, desk.portal.registry, desk.agenda, dimension="social", root=CODE, now=desk.now, person_id=None)
    with pytest.raises(Invalid):
        make_section(session, desk.portal.registry, desk.agenda, dimension="social", owners=[author.id], now=desk.now, person_id=None)
    session.rollback()
    made = make_section(session, desk.portal.registry, desk.agenda, dimension="social", owners=[editor.id], now=desk.now, person_id=None)
    change_state(session, desk.agenda, made, state="writing", revision=1, now=desk.now, person_id=editor.id)
    with pytest.raises(Stale):
        change_state(session, desk.agenda, made, state="ready", revision=1, now=desk.now, person_id=editor.id)
    change_state(session, desk.agenda, made, state="ready", revision=2, note="Acordado.", now=desk.now, person_id=None)
    session.commit()
    events = [(one.kind, one.before, one.after, one.note) for one in queries.section_events(session, made.id)]
    assert events == [
        ("state", "writing", "ready", "Acordado."),
        ("state", "waiting", "writing", ""),
        ("owner", "", "", ""),
        ("made", "", "", ""),
    ]
    suggest(text="Dice lo nuevo.")
    topics = [one.topic for one in session.scalars(select(Notice).where(Notice.person_id == editor.id).order_by(Notice.id))]
    assert topics == ["drafting.section", "drafting.section", "drafting.suggestion"]


def test_a_file_becomes_suggestions_once_and_only_when_somebody_says_so(desk: Desk, author: Person, editor: Person) -> None:
    file = Edited(desk.export())
    file.replace("SOC-02", "muestra", "ejemplo")
    file.replace("SOC-02.1", "Entidad", "Oficina", "Responsable")
    data = file.done()
    one = desk.receive(data, author.id)
    assert queries.suggestions(desk.session, desk.agenda.id)[1] == 0
    made = returning.save(desk.session, desk.portal.registry, desk.agenda, one, now=desk.now, person_id=author.id)
    desk.session.commit()
    assert [(each.code, each.item.code, each.source, each.return_id) for each in made] == [
        ("S-001", "SOC-02", "word", one.id),
        ("S-002", "SOC-02.1", "word", one.id),
    ]
    with pytest.raises(Conflict):
        returning.save(desk.session, desk.portal.registry, desk.agenda, one, now=desk.now, person_id=author.id)
    desk.session.rollback()
    again = desk.receive(data, author.id)
    assert (again.code, again.reading["changes"]) == ("W-002", [])
    assert again.reading["repeated"] == [{"code": "SOC-02", "suggestion": "S-001"}, {"code": "SOC-02.1", "suggestion": "S-002"}]
    [first, _] = made
    suggesting.accept(
        desk.session, desk.portal.registry, desk.agenda, first, revision=desk.item("SOC-02").revision, now=desk.now, person_id=editor.id
    )
    desk.session.commit()
    assert "**ejemplo**" in desk.item("SOC-02").content["text"]


def test_an_item_that_left_after_the_preview_is_said_and_the_others_come_in(desk: Desk, author: Person) -> None:
    file = Edited(desk.export())
    file.replace("SOC-02", "muestra", "ejemplo")
    file.replace("SOC-02.1", "Entidad", "Oficina", "Responsable")
    one = desk.receive(file.done(), author.id)
    service.retire_item(desk.session, desk.agenda, "SOC-02.1", revision=desk.item("SOC-02.1").revision, now=desk.now, person_id=None)
    made = returning.save(desk.session, desk.portal.registry, desk.agenda, one, now=desk.now, person_id=author.id)
    desk.session.commit()
    desk.session.expire_all()
    assert [each.item.code for each in made] == ["SOC-02"]
    assert one.reading["told"] == [{"sentence": returning.RETIRED, "params": {"code": "SOC-02.1"}, "code": "SOC-02.1"}]
