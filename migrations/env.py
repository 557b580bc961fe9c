"""Alembic's environment, shared by the core and every plugin; each has a version table of its own."""

from alembic import context

from portal import migrate

connection = context.config.attributes["connection"]
owner = context.config.attributes["owner"]
context.configure(
    connection=connection,
    target_metadata=migrate.metadata(),
    version_table=migrate.version_table(owner),
    include_name=migrate.belongs_to(owner, context.config.attributes["owners"]),
    include_object=migrate.owned_objects(owner, context.config.attributes["owners"]),
    render_as_batch=True,
    compare_type=True,
    render_item=migrate.plain_types,
)
with context.begin_transaction():
    context.run_migrations()
