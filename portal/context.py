"""What the whole programme runs on, put together once and without Flask: web, jobs and commands share it."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from portal import clock, db, mail, templating
from portal.accounts import erasure
from portal.agendas import printing
from portal.documents import forgetting
from portal.documents.store import FileStore
from portal.extend import registry as plugins
from portal.extend.ask import Ask
from portal.extend.kinds import JobKind
from portal.extend.registry import Refused, Registry
from portal.jobs import Queue
from portal.ledger import heads, stamping
from portal.log import hide
from portal.notices import digests
from portal.organisations import uploads
from portal.settings import Settings, prepare_home

PERSONAL = (erasure.KIND, uploads.KIND, forgetting.KIND)  # what removes people's data


@dataclass(frozen=True)
class Portal:
    """The parts of one installation."""

    settings: Settings
    registry: Registry
    ask: Ask
    engine: Engine
    sessions: sessionmaker[Session]
    store: FileStore
    templates: Environment
    mailer: mail.Mailer
    queue: Queue


def assemble(settings: Settings, unfit: Sequence[Refused] = ()) -> Portal:
    """Put the parts together: folder and secret, plugins (but for the `unfit`), database, files, mail, queue.

    Raises `Misconfigured`. Touches no table: `portal.migrate.upgrade` does.
    """
    settings = prepare_home(settings)
    hide(settings.secret_key)
    registry = plugins.load(settings.plugins, unfit=unfit)
    engine = db.new_engine(settings.database_url)
    templates = templating.environment(registry, zone=settings.timezone)
    ask = Ask(registry)
    portal = Portal(
        settings=settings,
        registry=registry,
        ask=ask,
        engine=engine,
        sessions=sessionmaker(engine, expire_on_commit=False, info={"ask": ask}),
        store=FileStore(settings.storage_url),
        templates=templates,
        mailer=mail.Mailer(settings, templates),
        queue=Queue(settings.queue_url),
    )
    own = [JobKind(name="mail.send", run=_send, pending=mail.pending), printing.KIND, heads.KIND, digests.KIND, *PERSONAL]
    own += [stamping.KIND] if settings.timestamp_urls else []
    portal.queue.bind(portal, (*own, *registry.answers("jobs")))
    return portal


def _send(portal: Portal, identity: str) -> None:
    with portal.sessions() as session:
        mail.deliver(session, int(identity), now=clock.now(), settings=portal.settings, read=portal.store.get)
        message = session.get(mail.MailMessage, int(identity))
        forgotten = message is not None and message.kind == mail.FAREWELL and message.address is None
    if forgotten:  # the last address of somebody who was erased went with it
        db.scrub(portal.engine)
