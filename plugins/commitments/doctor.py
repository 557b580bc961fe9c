"""The plugin's lines of `portal doctor`: keys and chain, the sandbox, the fonts of signatures, work that is stuck."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from plugins.commitments.lasting.doctor import long_term_evidence, signing_keys, timestamp_authorities
from plugins.commitments.models import Bulk, BulkRow, Commitment
from plugins.commitments.states import OPEN
from portal import clock
from portal.context import Portal
from portal.errors import PortalError
from portal.extend import Diagnosis

LATE = timedelta(minutes=10)


def examine(portal: Portal) -> list[Diagnosis]:
    """Return one line for each thing looked at; a failure is a line too. Makes nothing, not even missing keys."""
    now = clock.now()
    lines = []
    for label, look in (
        ("signing keys", signing_keys),
        ("timestamp authorities", timestamp_authorities),
        ("long-term evidence", long_term_evidence),
        ("verification sandbox", _sandbox),
        ("signature fonts", _fonts),
        ("commitments at work", _work),
        ("signing on paper", _paper),
        ("outside trust", _trust),
    ):
        try:
            ok, sentence = look(portal, now)
        except Exception as error:  # noqa: BLE001 - a doctor reports, whatever is broken
            ok, sentence = False, error.text if isinstance(error, PortalError) else (str(error).splitlines() or [type(error).__name__])[0]
        lines.append(Diagnosis(label=label, ok=ok, sentence=sentence))
    return lines


def _sandbox(_portal: Portal, now: datetime) -> tuple[bool, str]:
    from plugins.commitments.signing.sandbox import inspect_isolated  # noqa: PLC0415

    found = inspect_isolated(b"not a pdf", [], now=now)
    answer = found.reasons[0].code if found.reasons else ""
    return (
        answer == "not_a_pdf",
        "lee archivos ajenos en un proceso aparte"
        if answer == "not_a_pdf"
        else f"el proceso aparte no responde ({answer}): no se podrá verificar ningún archivo",
    )


def _fonts(_portal: Portal, _now: datetime) -> tuple[bool, str]:
    from plugins.commitments.signing.fonts import regular, semibold  # noqa: PLC0415

    return True, ", ".join(face().postscript for face in (regular, semibold))


def _work(portal: Portal, now: datetime) -> tuple[bool, str]:
    with portal.sessions() as session:
        late = select(func.count()).where(
            Commitment.state == OPEN, Commitment.issue_requested_at < now - LATE, Commitment.issue_problem.is_(None)
        )
        failed = select(func.count()).where(Commitment.issue_problem.is_not(None))
        rows = (
            select(func.count())
            .select_from(BulkRow)
            .join(Bulk, Bulk.id == BulkRow.bulk_id)
            .where(BulkRow.state == "waiting", Bulk.cancelled_at.is_(None), Bulk.starts_at < now - LATE)
        )
        numbers = [session.scalar(one) or 0 for one in (late, failed, rows)]
    if not any(numbers):
        return True, "nada atascado"
    return (
        False,
        f"{numbers[0]} emisiones esperan hace más de 10 minutos, {numbers[1]} fallaron, {numbers[2]} filas de trabajo masivo esperan",
    )


def _paper(portal: Portal, now: datetime) -> tuple[bool, str]:
    from plugins.commitments.paper.overview import stuck  # noqa: PLC0415 - as above

    with portal.sessions() as session:
        late, refused = stuck(session, before=now - LATE)
    if not late and not refused:
        return True, "nada atascado"
    return False, f"{late} trabajos (paquetes, archivos) esperan hace más de 10 minutos; {refused} lecturas confirmadas no se registran"


def _trust(portal: Portal, now: datetime) -> tuple[bool, str]:
    from plugins.commitments.digital.queries import waiting  # noqa: PLC0415 - as above
    from plugins.commitments.digital.trust_folder import read_folder  # noqa: PLC0415
    from plugins.commitments.digital.trust_report import troubles  # noqa: PLC0415

    found = read_folder(portal.settings.home, now=now)
    wrong = [f"{file}: {sentence}" for file, sentence in troubles(found, now=now)]
    with portal.sessions() as session:
        undecided = waiting(session)
    if wrong:
        return False, "; ".join(wrong)
    if not found.anchors:
        return (
            not undecided,
            f"ninguna autoridad configurada: las firmas digitales de fuera quedan indeterminadas ({undecided} por resolver)",
        )
    return True, f"{len(found.anchors)} autoridades, {len(found.lists)} listas; {undecided} documentos por resolver"
