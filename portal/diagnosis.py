"""What `portal doctor` and the administrators' page look at: settings, database, files, mail, plugins."""

from sqlalchemy import func, select, text

from portal import clock, migrate
from portal.context import Portal
from portal.documents.rendering import font_folders
from portal.errors import PortalError
from portal.extend.kinds import Diagnosis
from portal.mail import QUEUED, MailMessage


def examine(portal: Portal) -> list[Diagnosis]:
    """Return one line for each thing looked at; nothing is changed."""
    lines = [Diagnosis(label=f"plugin {one.name}", ok=False, sentence=one.sentence) for one in portal.ask.refused()]
    lines += [
        Diagnosis(label=f"plugin {one.plugin.name}", ok=True, sentence=f"{one.plugin.version}, {one.source}")
        for one in portal.registry.loaded
    ]
    for look in (_database, _files, _fonts, _mail):
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
