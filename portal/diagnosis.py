"""What `portal doctor` and the administrators' page look at: settings, database, files, mail, plugins."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from portal import clock, migrate, waiting
from portal.accounts import requests
from portal.context import Portal
from portal.documents.rendering import font_folders
from portal.errors import PortalError
from portal.extend.kinds import Diagnosis
from portal.mail import QUEUED, MailMessage
from portal.search import fulltext, rebuilding
from portal.search import queries as search
from portal.search.service import CORE


def examine(portal: Portal) -> list[Diagnosis]:
    """Return one line for each thing looked at; nothing is changed."""
    lines = [Diagnosis(label=f"plugin {one.name}", ok=False, sentence=one.sentence) for one in portal.ask.refused()]
    lines += [
        Diagnosis(label=f"plugin {one.plugin.name}", ok=True, sentence=f"{one.plugin.version}, {one.source}")
        for one in portal.registry.loaded
    ]
    for look in (_database, _files, _fonts, _mail, _work, _requests, _search):
        try:
            lines.append(look(portal))
        except Exception as error:  # noqa: BLE001 - a doctor reports, whatever is broken
            lines.append(
                Diagnosis(
                    label=look.__name__.strip("_"),
                    ok=False,
                    sentence=error.text if isinstance(error, PortalError) else str(error).splitlines()[0],
                )
            )
    return lines + portal.ask.diagnostics(portal)


def _database(portal: Portal) -> Diagnosis:
    with portal.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    behind = [one for one in migrate.standing(portal.engine, portal.registry) if not one.ok]
    sentence = (
        f"{portal.engine.dialect.name}, al día"
        if not behind
        else "Faltan migraciones: " + ", ".join(one.owner for one in behind) + ". Ejecute: portal db upgrade"
    )
    return Diagnosis(label="database", ok=not behind, sentence=sentence)


def _files(portal: Portal) -> Diagnosis:
    portal.store.check()
    return Diagnosis(label="files", ok=True, sentence=portal.settings.storage_url.partition("?")[0])


def _fonts(_portal: Portal) -> Diagnosis:
    return Diagnosis(label="fonts", ok=True, sentence=", ".join(folder.parent.name for folder in font_folders()))


def _mail(portal: Portal) -> Diagnosis:
    with portal.sessions() as session:
        waiting, oldest = session.execute(select(func.count(), func.min(MailMessage.queued_at)).where(MailMessage.state == QUEUED)).one()
    late = bool(waiting) and (clock.now() - oldest).total_seconds() > 3600  # noqa: PLR2004 - an hour
    sentence = f"{waiting} mensajes en cola" + (f" desde {oldest:%Y-%m-%d %H:%M} UTC" if waiting else "")
    if not portal.settings.mail_url and not portal.settings.demo:
        sentence += "; PORTAL_MAIL_URL no está definida: se intenta smtp://127.0.0.1:25"
    return Diagnosis(label="mail", ok=not late, sentence=sentence)


def _work(portal: Portal) -> Diagnosis:
    """Background work of every kind: what waits too long, and whether anybody looks."""
    now = clock.now()
    with portal.sessions() as session:
        stuck, swept = waiting.stuck(session, now=now), waiting.last_sweep(session)
    if stuck:
        sentence = "; ".join(f"{one.rows} de {one.kind} desde {one.since:%Y-%m-%d %H:%M} UTC" for one in stuck)
    elif swept is None:
        sentence = "nadie ha buscado trabajo todavía: empieza con portal run"
    else:
        sentence = f"nada atascado; se buscó trabajo el {swept:%Y-%m-%d %H:%M} UTC"
    asleep = swept is not None and now - swept > waiting.LATE
    return Diagnosis(label="background work", ok=not stuck and not asleep, sentence=sentence + ("; nadie lo busca ahora" if asleep else ""))


def _requests(portal: Portal) -> Diagnosis:
    """What people asked about their data and nobody answered."""
    today = clock.now().astimezone(ZoneInfo(portal.settings.timezone)).date()
    with portal.sessions() as session:
        found = requests.queue(session, waiting=True)
    late = sum(one.due_on < today for one in found)
    sentence = f"{len(found)} solicitudes sobre datos personales por responder" + (f", {late} fuera de plazo" if late else "")
    unfinished = sorted({name for one in found for name in one.pending})
    if unfinished:
        sentence += f"; borrados incompletos: {', '.join(unfinished)}"
    return Diagnosis(label="personal data", ok=not late and not unfinished, sentence=sentence)


def _search(portal: Portal) -> Diagnosis:
    """Whether what can be found is what there is."""
    with portal.sessions() as session:
        counts, should, indexed = search.counts(session), rebuilding.expected(session), fulltext.indexed(session)
    total, own = sum(counts.values()), counts.get(CORE, 0)
    sentence = ", ".join(f"{source}: {count}" for source, count in counts.items()) or "nada que encontrar"
    wrong = []
    if own != should:
        wrong.append(f"el núcleo debería tener {should}")
    if indexed not in {None, total}:
        wrong.append(f"en el índice hay {indexed} de {total}")
    if wrong:
        sentence += f"; {'; '.join(wrong)}. Ejecute: portal search rebuild"
    return Diagnosis(label="search", ok=not wrong, sentence=sentence)
