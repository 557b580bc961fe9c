"""An agenda to draft, and its Word file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from plugins.drafting import exporting, returning
from plugins.drafting.models import WordReturn
from portal.agendas import queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.context import Portal
from portal.testing.agendas import sample_draft

TEXT = 'Reducir la anemia: "cero" en niñas y niños - con **agua segura**...'
LIST = "Acciones:\n\n- cisternas\n- *cloración* diaria\n  - con registro\n\n1. primero\n2. segundo\n\nFin de la lista."


@dataclass
class Desk:
    """A draft and what tests do with it often."""

    portal: Portal
    session: Session
    now: datetime
    agenda: Agenda

    def item(self, code: str) -> Item:
        """Return an item as it is now."""
        self.session.expire_all()
        return queries.item(self.session, self.agenda.id, code)

    def seen(self, code: str) -> Item:
        """Return an item as it is committed, read apart, so that no transaction of the test is in a page's way."""
        with self.portal.sessions() as own:
            return queries.item(own, self.agenda.id, code)

    def edit(self, code: str, **content: Any) -> Item:
        """Write over an item, and commit."""
        item = self.item(code)
        saved = service.edit_item(
            self.session,
            self.portal.registry,
            self.agenda,
            code,
            revision=item.revision,
            new_code=code,
            kind=item.kind,
            content={**item.content, **content},
            now=self.now,
            person_id=None,
        )
        self.session.commit()
        return saved

    def freeze(self) -> AgendaVersion:
        """Freeze the draft as it is, and commit."""
        document = draft_document(self.session, self.portal.registry, self.agenda)
        made = service.freeze(
            self.session,
            self.portal.store,
            self.portal.ask,
            agenda_id=self.agenda.id,
            expected=draft_digest(document),
            now=self.now,
            person_id=None,
        )
        self.session.commit()
        return made

    def export(self, **more: Any) -> bytes:
        """Return the draft as a Word file."""
        return exporting.export(
            self.session, self.portal.registry, self.portal.store, self.agenda, now=self.now, said="Borrador de muestra", **more
        )

    def receive(self, data: bytes, person_id: int | None = None, **more: Any) -> WordReturn:
        """Take a file back, and commit."""
        made = returning.receive(
            self.session,
            self.portal.registry,
            self.portal.store,
            self.agenda,
            data=data,
            name="muestra.docx",
            note="",
            now=self.now,
            person_id=person_id,
            **more,
        )
        self.session.commit()
        return made

    def proposed(self, made: WordReturn) -> dict[str, dict[str, Any]]:
        """Return, by item, the parts that a file changes, as they would be."""
        found = {}
        for change in made.reading["changes"]:
            base, after = change["base"], change["proposed"]
            found[change["code"]] = {name: after[name] for name in after if after[name] != base.get(name, after[name])}
        return found


@pytest.fixture
def make_desk(portal: Portal, session: Session, now: datetime) -> Callable[..., Desk]:
    """Return a function that makes a draft over the enabled dimensions, committed."""

    def make(**more: Any) -> Desk:
        agenda = sample_draft(session, now=now, ask=portal.ask, **more)
        session.commit()
        return Desk(portal, session, now, agenda)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A draft (APU-T) of twelve items; one has a list, one has quotes and dashes."""
    made = make_desk()
    first, second = [one.code for one in queries.items(made.session, made.agenda.id)][:2]
    made.edit(first, text=TEXT)
    made.edit(second, text=LIST)
    return made


@pytest.fixture
def codes(desk: Desk) -> list[str]:
    """The items' codes: the first has quotes and emphasis, the second a list."""
    return [one.code for one in queries.items(desk.session, desk.agenda.id)]
