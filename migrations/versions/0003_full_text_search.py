"""full-text search

Written by hand: no model describes what a database's own full-text search consists of. Everything here is named `ft_…`,
which `portal.migrate` leaves alone when it compares the database with the models.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEW = "new.id, new.title_terms, new.terms, new.words"
OLD = "'delete', old.id, old.title_terms, old.terms, old.words"
SQLITE_UP = (
    # The words come folded; `remove_diacritics 1`, the default, would make "año" of "ano".
    "CREATE VIRTUAL TABLE ft_search USING fts5(title_terms, terms, words, content='search_document', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER ft_search_insert AFTER INSERT ON search_document BEGIN "
    f"INSERT INTO ft_search(rowid, title_terms, terms, words) VALUES ({NEW}); END",
    f"CREATE TRIGGER ft_search_delete AFTER DELETE ON search_document BEGIN "
    f"INSERT INTO ft_search(ft_search, rowid, title_terms, terms, words) VALUES ({OLD}); END",
    f"CREATE TRIGGER ft_search_update AFTER UPDATE ON search_document "
    f"WHEN (old.title_terms, old.terms, old.words) IS NOT (new.title_terms, new.terms, new.words) BEGIN "
    f"INSERT INTO ft_search(ft_search, rowid, title_terms, terms, words) VALUES ({OLD}); "
    f"INSERT INTO ft_search(rowid, title_terms, terms, words) VALUES ({NEW}); END",
    "INSERT INTO ft_search(ft_search) VALUES ('rebuild')",
)
SQLITE_DOWN = (
    "DROP TRIGGER IF EXISTS ft_search_update",
    "DROP TRIGGER IF EXISTS ft_search_delete",
    "DROP TRIGGER IF EXISTS ft_search_insert",
    "DROP TABLE ft_search",
)
POSTGRESQL_UP = (
    "ALTER TABLE search_document ADD COLUMN ft_vector tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple'::regconfig, title_terms), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, terms), 'B') || "
    "setweight(to_tsvector('simple'::regconfig, words), 'C')) STORED",
    "CREATE INDEX ft_search ON search_document USING gin (ft_vector)",
)
POSTGRESQL_DOWN = ("DROP INDEX ft_search", "ALTER TABLE search_document DROP COLUMN ft_vector")


def upgrade() -> None:
    """Make the index and what keeps it up."""
    for statement in SQLITE_UP if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it back; the documents stay."""
    for statement in SQLITE_DOWN if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_DOWN:
        op.execute(statement)
