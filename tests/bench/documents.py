"""Issuing instruments of a 60-item agenda, and finding a file by its hash among 100,000 revisions."""

import hashlib
import time
from pathlib import Path

from sqlalchemy import insert

from plugins.commitments import issuing, stances, verification
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.models import Commitment, Revision
from plugins.commitments.record import commitment_record
from plugins.commitments.signing.codes import new_code
from plugins.commitments.states import STANCES
from portal import clock
from portal.agendas.models import AgendaVersion
from portal.documents.models import StoredFile
from portal.organisations.models import Organisation
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Installation
from tests.bench.installation import begin, opened
from tests.bench.measure import both, median, ms, say
from tests.commitments.whole import laid_out_whole

REVISIONS, EACH = 100_000, 5


def run(folder: Path) -> None:
    """Print what issuing and looking up cost."""
    with opened(folder / "documents", "commitments", "social", "economica", "ambiental", "institucional") as made:
        version = sample_agenda(made.session, made.portal.store, now=clock.now(), ask=made.portal.ask, items=60)
        made.session.commit()
        _issuing(made, version)
        _looking_up(made, version)


def _issuing(made: Installation, version: AgendaVersion) -> None:
    now, session, portal = clock.now(), made.session, made.portal
    rounds = 6
    _, commitments = begin(made, version, now, organisations=rounds, code="I-1")
    person = made.actors.person()
    agenda = frozen_agenda(portal.store, version)
    for one in commitments:
        for slot in one.slots:
            slot.person_id = slot.person_id or person.id
        for dimension in agenda.dimensions:
            typed = {item["code"]: stances.Typed(stance=next(iter(STANCES)), observation="", revision=0) for item in dimension["items"]}
            stances.save_page(
                session, now=now, person_id=person.id, commitment=one, agenda=agenda, dimension=dimension["name"], typed=typed
            )
        stances.confirm(session, now=now, person_id=person.id, portal=portal, commitment=one)
    session.commit()
    record = commitment_record(session, commitments[0], agenda, now=now)
    waiting = [one.id for one in commitments]
    session.commit()

    ours, theirs = both(
        lambda: issuing.issue(portal, waiting.pop(), now=now), lambda: laid_out_whole(portal, record, agenda), times=rounds - 1
    )
    say(
        "Issuing an instrument of a 60-item agenda",
        f"issued {ms(ours)} (own pages, joined to the annex, certified, recorded), the whole document laid out {ms(theirs)}",
        theirs / ours,
        "How many times faster than only laying all of it out for each organisation; asked: at least 10. The annex was laid out before.",
    )


def _looking_up(made: Installation, version: AgendaVersion) -> None:
    now, session = clock.now(), made.session
    process, _ = begin(made, version, now, organisations=0, code="L-1")
    count = REVISIONS // EACH
    rows = [
        {"name": f"O {n}", "sort_name": f"o{n}", "kind": "movimiento_regional", "is_sample": True, "created_at": now} for n in range(count)
    ]
    organisations = list(session.scalars(insert(Organisation).returning(Organisation.id), rows))
    cases = [
        {"process_id": process.id, "organisation_id": one, "code": new_code(), "created_at": now, "deadline": process.deadline}
        for one in organisations
    ]
    commitments = list(session.scalars(insert(Commitment).returning(Commitment.id), cases))
    hashes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(REVISIONS)]
    session.execute(insert(StoredFile), [{"sha256": one, "size": 1, "media_type": "application/pdf", "stored_at": now} for one in hashes])
    session.execute(
        insert(Revision),
        [
            {
                "commitment_id": commitments[n // EACH],
                "edition": 1,
                "number": n % EACH,
                "kind": "signature" if n % EACH else "certified",
                "sha256": one,
                "size": 1,
                "certificate_sha256": one,
                "made_at": now,
            }
            for n, one in enumerate(hashes)
        ],
    )
    session.commit()
    places = iter(range(17, REVISIONS, 4_001))

    def look() -> None:
        session.expunge_all()
        assert verification._by_revision(session, hashes[next(places)]) is not None  # what is not found is no figure

    taken = median(look, times=20, clock=time.process_time)
    say(
        "Finding a file by its hash among 100,000 revisions",
        f"{ms(taken)} of processor time, with its organisation, slots and revisions",
        None,
        "What `/verificar` does before any cryptography; asked: under 5 ms.",
    )
