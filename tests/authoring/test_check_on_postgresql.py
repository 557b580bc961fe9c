"""`portal plugins check --postgresql-url`: the migrations there too, in a database that is dropped afterwards."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal.authoring.check import examine

from .conftest import Write, with_table


def test_in_a_database_that_is_dropped(write: Write, databases: Any) -> None:
    if not databases.server:
        pytest.skip("needs --database=postgresql")
    engine = create_engine(make_url(databases.server).set(drivername="postgresql+psycopg"))
    found = {one.label: one for one in examine(with_table(write, "elefante"), postgresql_url=databases.server)}
    with engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_database WHERE datname LIKE 'rubrica_check_%'")).scalar_one()
    engine.dispose()
    assert (found["migraciones en PostgreSQL"].ok, found["migraciones en PostgreSQL"].sentence) == (True, "elefante_row")
    assert {label for label, one in found.items() if not one.ok} == set()
    assert left == 0
