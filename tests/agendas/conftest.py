"""A draft to work on."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.agendas import queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.context import Portal
from portal.testing.agendas import sample_draft


@pytest.fixture
def draft(portal: Portal, session: Session, now: datetime) -> Agenda:
    """A draft (APU-T) with twelve items over the enabled dimensions, committed."""
    agenda = sample_draft(session, now=now, ask=portal.ask)
    session.commit()
    return agenda


class Bench:
    """Does with one line what tests do often."""

    def __init__(self, portal: Portal, session: Session, now: datetime) -> None:
        self.portal, self.session, self.now = portal, session, now

    def freeze(self, agenda: Agenda, **more: object) -> AgendaVersion:
        """Freeze the draft as it is, and commit."""
        document = draft_document(self.session, self.portal.registry, agenda)
        version = service.freeze(
            self.session,
            self.portal.store,
            self.portal.ask,
            agenda_id=agenda.id,
            expected=draft_digest(document),
            now=self.now,
            person_id=None,
            **more,  # type: ignore[arg-type]
        )
        self.session.commit()
        return version

    def edit(
        self, agenda: Agenda, item: Item, *, commit: bool = True, revision: int | None = None, code: str | None = None, **content: object
    ) -> Item:
        """Write over an item, and commit."""
        saved = service.edit_item(
            self.session,
            self.portal.registry,
            agenda,
            item.code,
            revision=item.revision if revision is None else revision,
            new_code=code or item.code,
            kind=item.kind,
            content={**item.content, **content},
            now=self.now,
            person_id=None,
        )
        if commit:
            self.session.commit()
        return saved


@pytest.fixture
def bench(portal: Portal, session: Session, now: datetime) -> Bench:
    """Tools for one draft."""
    return Bench(portal, session, now)


class Look:
    """Reads what is committed, each time in a session of its own, so that no transaction of the test is in a page's way."""

    def __init__(self, portal: Portal, agenda_id: int) -> None:
        self.portal, self.agenda_id = portal, agenda_id

    def item(self, code: str) -> Item:
        """Return an item."""
        with self.portal.sessions() as own:
            return queries.item(own, self.agenda_id, code)

    def wordings(self, code: str) -> list[str]:
        """Return every text an item had, last first."""
        with self.portal.sessions() as own:
            return [one.snapshot["content"]["text"] for one in queries.item_revisions(own, queries.item(own, self.agenda_id, code).id)]

    def versions(self) -> list[AgendaVersion]:
        """Return the frozen versions, last first."""
        with self.portal.sessions() as own:
            return queries.versions(own, self.agenda_id)


@pytest.fixture
def look(portal: Portal, draft: Agenda) -> Look:
    """What is committed of the draft."""
    return Look(portal, draft.id)
