"""Compares the actas with what the ledger recorded of them: files, places to sign, signatures, states."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.accounts.erasure import erased_people
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.actas import words
from portal.actas.models import Acta, ActaSignature
from portal.actas.service import name_digest, slots_digest
from portal.documents.canonical import digest
from portal.extend.kinds import LedgerProblem
from portal.ledger.models import LedgerEntry

_KEPT = ("sha256", "certificate_sha256", "number", "consent_sha256", "scan_sha256", "signed_on")


def audit(session: Session) -> list[LedgerProblem]:
    """Return every acta that was edited, deleted or added behind the ledger's back. Four queries."""
    entries: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.subject.startswith(words.PREFIX)).order_by(LedgerEntry.seq)):
        entries[entry.subject.removeprefix(words.PREFIX)].append(entry)
    rows = select(Acta).options(selectinload(Acta.signatures).selectinload(ActaSignature.person), selectinload(Acta.agenda))
    found = {one.code: one for one in session.scalars(rows.order_by(Acta.id).execution_options(populate_existing=True))}
    erased = erased_people(session)
    problems = [_problem(code, "está en el registro y ya no en la base de datos") for code in entries if code not in found]
    for code, acta in found.items():
        problems += [_problem(code, sentence) for sentence in _wrong(acta, entries.get(code, []), erased)]
    return problems


def _problem(code: str, sentence: str) -> LedgerProblem:
    return LedgerProblem(subject=words.subject(code), sentence=f"Acta {code}: {sentence}.")


def _wrong(acta: Acta, facts: Sequence[LedgerEntry], erased: Mapping[int, str]) -> Iterator[str]:
    issued = next((one.data for one in facts if one.kind == words.ISSUED), None)
    if issued is None:
        yield "no está en el registro: alguien la añadió"
        return
    now = {
        "agenda": acta.agenda.code,
        "about": acta.about,
        "sha256": acta.first_sha256,
        "seal_sha256": acta.seal_sha256,
        "title_sha256": digest(acta.title),
        "signatures_sha256": slots_digest(acta),
    }
    if any(issued.get(name) != value for name, value in now.items()):
        yield "sus datos cambiaron después de emitirla"
    signatures = [one.data for one in facts if one.kind == words.SIGNED]
    yield from _signatures(acta, issued, signatures, erased)
    kinds = {one.kind for one in facts}
    state = words.REPLACED if words.REPLACING in kinds else words.COMPLETE if words.DONE in kinds else words.OPEN
    if acta.state != state or (acta.completed_at is not None) != (words.DONE in kinds):
        yield "su estado no es el que se registró"


def _signatures(
    acta: Acta, issued: Mapping[str, object], facts: Sequence[Mapping[str, object]], erased: Mapping[int, str]
) -> Iterator[str]:
    electronic = {fact["position"]: fact for fact in facts if fact["method"] == words.ELECTRONIC}
    paper = {position: fact for fact in facts if fact["method"] == words.PAPER for position in _numbers(fact["positions"])}
    signers, names = issued.get("signers"), issued.get("names")
    for place, one in enumerate(acta.signatures):
        expected = electronic.get(one.position) or paper.get(one.position)
        method = words.ELECTRONIC if one.position in electronic else words.PAPER if expected else None
        kept = (
            one.sha256,
            one.certificate_sha256,
            one.number,
            one.consent_sha256,
            one.scan_sha256,
            one.signed_on and one.signed_on.isoformat(),
        )
        if one.method != method or (expected and kept != tuple(expected.get(name) for name in _KEPT)):
            yield f"la firma {one.position} no es la que se registró"
        if isinstance(signers, list) and one.person_id is not None and signers[place : place + 1] != [_who(one.person, erased)]:
            yield f"la firma {one.position} está a nombre de otra persona"
        elif isinstance(names, list) and not _is_name(one, names[place : place + 1]):
            yield f"el nombre de la firma {one.position} cambió"
    last = max(electronic.values(), key=lambda fact: _number(fact["number"]), default=None)
    if acta.sha256 != (last["sha256"] if last else issued.get("sha256")):
        yield "su archivo no es el que se registró"


def _who(person: Person | None, erased: Mapping[int, str]) -> str | None:
    if person is None:
        return None
    return erased.get(person.id) or fingerprint(person)


def _is_name(one: ActaSignature, expected: Sequence[object]) -> bool:
    """Tell whether the name is the one that was issued; of somebody erased, nobody can say any more."""
    if one.person is None or one.person.erased_at is not None:
        return True
    return list(expected) == [name_digest(one.person, one.name or "")]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _numbers(value: object) -> Iterable[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []
