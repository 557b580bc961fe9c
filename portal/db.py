"""Tables' base, portable column types and the engine: the only place that knows SQLite from PostgreSQL."""

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from portal.turns import Turns, begin_writing, one_at_a_time

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# A reader on SQLite must not queue behind a writer: requests that only read set this to False.
writing: ContextVar[bool] = ContextVar("writing", default=True)


class Base(DeclarativeBase):
    """Base of every table, the core's and the plugins' (whose tables are named <plugin>_*)."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's order
        """Give the instant back, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_engine(url: str) -> Engine:
    """Return an engine for `url` (sqlite:///path or postgresql://…, driver psycopg). Its errors, which are logged, do not quote people's data."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    turns = one_at_a_time(engine)
    event.listen(engine, "begin", lambda connection: _begin_sqlite(turns, connection))
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's implicit BEGIN would not cover reads
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(turns: Turns, connection: Connection) -> None:
    if writing.get():
        # IMMEDIATE: a transaction that reads, then writes, would otherwise fail at once when another wrote between.
        begin_writing(turns, connection)
    else:
        connection.exec_driver_sql("BEGIN")


def upsert(session: Session, model: type[Base], *keys: str) -> Any:
    """Return an INSERT that writes over the row with the same `keys` (a unique constraint): two who save at once do not collide."""
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = kind.insert(model)
    changed = {one.name: statement.excluded[one.name] for one in model.__table__.columns if one.name not in {"id", *keys}}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changed)


def scrub(engine: Engine) -> bool:
    """Take what was erased out of SQLite's files too: empty its journal, where earlier pages stay legible. False: others were reading.

    PostgreSQL keeps dead rows until its vacuum; there is nothing to do here. Call it with no transaction of one's own open.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=3000")  # a longer reader is not waited for: the next call, or the process's end, does it
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=30000")
    finally:
        connection.close()
    return not busy


def mend(session: Session) -> None:
    """Begin anew if the transaction can do nothing else: PostgreSQL ends it at the first statement that fails. What it held is lost already."""
    if not session.in_transaction():
        return
    driver = session.connection().connection.dbapi_connection if session.is_active else None
    status = getattr(getattr(driver, "info", None), "transaction_status", None)
    if not session.is_active or getattr(status, "name", "") == "INERROR":
        session.rollback()
