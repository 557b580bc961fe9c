"""The command `portal`. Heavy modules are imported inside the commands that use them: --help stays quick."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from portal import __version__
from portal.errors import PortalError
from portal.settings import Settings, demo_plugins, load


def settings() -> Settings:
    """Return the settings of this process."""
    return load()


def assembled() -> Any:
    """Return the `Portal`, with its tables up to date."""
    from portal.install import ready  # noqa: PLC0415

    return ready(settings())


def show(data: Any, *, as_json: bool, lines: list[str]) -> None:
    """Print `data` for a program or `lines` for a person."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str) if as_json else "\n".join(lines))


class Commands(click.Group):
    """The core's commands and those that plugins bring; known errors end in one sentence and exit code 2."""

    _targets: dict[str, tuple[str, str]] | None = None

    def _plugin_commands(self) -> dict[str, tuple[str, str]]:
        if self._targets is None:
            from portal.extend.registry import load as load_plugins  # noqa: PLC0415

            try:
                names = dict.fromkeys((*settings().plugins, *demo_plugins()))  # the demonstration is begun by a command of its own
                found = load_plugins(tuple(names), hooks=("commands",)).answers("commands")
            except PortalError:
                found = ()
            self._targets = {one.name: (one.target, one.help) for one in found}
        return self._targets

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted({*super().list_commands(ctx), *self._plugin_commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing a plugin's only now."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in self._plugin_commands():
            return own
        module, _, attribute = self._plugin_commands()[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing the plugins' code."""
        rows = []
        for name in self.list_commands(ctx):
            own = super().get_command(ctx, name)
            rows.append((name, own.get_short_help_str() if own else self._plugin_commands()[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run, turning known errors into one sentence."""
        try:
            return super().invoke(ctx)
        except PortalError as error:
            click.echo(error.text, err=True)
            for field, sentence in getattr(error, "fields", {}).items():
                click.echo(f"  {field}: {sentence}", err=True)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Rúbrica: agendas that are built in the open, signed, and can be checked by anybody."""


@main.command()
@click.option("--host", help="Address to listen on (PORTAL_HOST).")
@click.option("--port", type=int, help="Port to listen on (PORTAL_PORT).")
def run(host: str | None, port: int | None) -> None:
    """Serve the portal, with its background work, in one process."""
    from portal import serve  # noqa: PLC0415

    serve.run(settings(), host=host, port=port)


@main.group()
def db() -> None:
    """Bring the database up to date, or check it."""


@db.command()
def upgrade() -> None:
    """Apply the migrations of the core and of every plugin in use."""
    from portal import migrate  # noqa: PLC0415
    from portal.context import assemble  # noqa: PLC0415

    portal = assemble(settings())
    failed: list[Any] = []
    moved = migrate.upgrade(portal.engine, portal.registry, failed)
    click.echo("Migrado: " + ", ".join(moved) if moved else "No había nada que migrar." if failed else "La base de datos ya estaba al día.")
    for one in failed:
        click.echo(one.sentence, err=True)
    sys.exit(1 if failed else 0)


@db.command()
@click.option("--json", "as_json", is_flag=True)
def check(*, as_json: bool) -> None:
    """Compare the database with the code; exit 1 when they differ."""
    from portal import migrate  # noqa: PLC0415
    from portal.context import assemble  # noqa: PLC0415

    portal = assemble(settings())
    found = migrate.standing(portal.engine, portal.registry)
    data = [{"owner": one.owner, "current": one.current, "head": one.head, "differences": list(one.differences)} for one in found]
    show(
        data,
        as_json=as_json,
        lines=[
            f"{'bien ' if one.ok else 'FALTA'} {one.owner}: {one.current} → {one.head}" + "".join(f"\n      {d}" for d in one.differences)
            for one in found
        ],
    )
    sys.exit(0 if all(one.ok for one in found) else 1)


@db.command()
@click.argument("owner")
@click.argument("message")
@click.argument("identity")
def revise(owner: str, message: str, identity: str) -> None:
    """For developers: write the revision file IDENTITY of OWNER (core or a plugin) from its models."""
    from portal import migrate  # noqa: PLC0415
    from portal.context import assemble  # noqa: PLC0415

    portal = assemble(settings())  # not `assembled`: the tables may be what is to be written
    migrate.upgrade(portal.engine, portal.registry)
    migrate.revise(portal, owner, message, identity)


@main.group()
def ledger() -> None:
    """The append-only record."""


@ledger.command()
@click.option(
    "--head", "saved", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="A head (JSON) kept elsewhere, to compare with."
)
@click.option("--json", "as_json", is_flag=True)
def verify(saved: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the chain and the published heads, and that versions, files and signatures still equal what was recorded; exit 1 if not."""
    from portal.ledger.audit import audit  # noqa: PLC0415
    from portal.ledger.commands import saved_heads  # noqa: PLC0415

    heads = saved_heads(saved)
    portal = assembled()
    with portal.sessions() as session:
        entries, problems = audit(portal, session, heads)
    data = {"ok": not problems, "entries": entries, "problems": [{"subject": one.subject, "sentence": one.sentence} for one in problems]}
    show(
        data,
        as_json=as_json,
        lines=[f"{one.subject}: {one.sentence}" for one in problems] or [f"El registro está íntegro: {entries} entradas."],
    )
    sys.exit(1 if problems else 0)


@ledger.command()
@click.option("--publish", is_flag=True, help="Publish the ledger as it is now, without waiting for the daily job.")
@click.option("--json", "as_json", is_flag=True)
def head(*, publish: bool, as_json: bool) -> None:
    """Show the last published head."""
    from portal.ledger import commands  # noqa: PLC0415

    commands.head(assembled(), publish=publish, as_json=as_json)


@ledger.command()
@click.argument("seq", type=int)
@click.option("--head", "size", type=int, metavar="SIZE", help="Prove it under the head with so many entries.")
def prove(seq: int, size: int | None) -> None:
    """Print, as JSON, the proof that entry SEQ is under a published head."""
    from portal.ledger import commands  # noqa: PLC0415

    commands.prove(assembled(), seq, size=size)


@ledger.command("check-proof")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--head", "head_file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The head (JSON) that you trust.")
@click.option("--json", "as_json", is_flag=True)
def check_proof(file: Path, head_file: Path, *, as_json: bool) -> None:
    """Check the proof in FILE against a head, anywhere: no database, no portal. Exit 0 it holds, 1 it does not, 2 it is no proof."""
    from portal.ledger import commands  # noqa: PLC0415

    commands.check_proof(file, head_file, as_json=as_json)


@main.group("plugins")
def plugins_() -> None:
    """The plugins of this installation."""


@plugins_.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(*, as_json: bool) -> None:
    """Describe the plugins in use, and name those refused with the reason."""
    from dataclasses import asdict  # noqa: PLC0415

    from portal import inventory  # noqa: PLC0415
    from portal.context import assemble  # noqa: PLC0415

    portal = assemble(settings())
    used = inventory.in_use(portal)
    refused = [{"name": one.name, "reason": one.sentence, "trace": one.trace} for one in portal.registry.refused]
    lines = []
    for one in used:
        lines += [
            f"{one.name:<16} {one.version:<8} {one.source:<10} {one.label}",
            f"    hooks: {', '.join(one.hooks) or 'ninguno'}",
            f"    tablas: {', '.join(one.tables) or 'ninguna'}",
        ]
        if one.pending or one.problem:
            lines.append(f"    migraciones pendientes: {one.problem or ', '.join(one.pending)}")
    lines += [one.sentence for one in portal.registry.refused]
    show({"used": [asdict(one) for one in used], "refused": refused}, as_json=as_json, lines=lines)


@plugins_.command("new")
@click.argument("name")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False))
@click.option("--dimension", "kind", flag_value="dimension", default="dimension", help="A dimension of agendas (unless --module).")
@click.option("--module", "kind", flag_value="module", help="Pages and a field for a dimension that another plugin offers.")
@click.option("--json", "as_json", is_flag=True)
def new_plugin(name: str, folder: str | None, kind: Any, *, as_json: bool) -> None:
    """For authors: write the distribution of a new plugin into DIR (rubrica-NAME unless given)."""
    from portal.authoring import commands  # noqa: PLC0415

    commands.new(settings(), name, folder, kind, as_json=as_json)


@plugins_.command("check")
@click.argument("target", metavar="PATH|NAME")
@click.option("--postgresql-url", default="", help="Try the migrations on this server too, in a database of their own.")
@click.option("--json", "as_json", is_flag=True)
def check_plugin(target: str, postgresql_url: str, *, as_json: bool) -> None:
    """For authors: examine a plugin's folder, or an installed plugin; exit 1 when something is missing."""
    from portal.authoring import commands  # noqa: PLC0415

    commands.check(settings(), target, postgresql_url, as_json=as_json)


@main.group()
def search() -> None:
    """What can be found at /buscar."""


@search.command("rebuild")
@click.option("--json", "as_json", is_flag=True)
def rebuild_search(*, as_json: bool) -> None:
    """Make the index anew from everything that there is; exit 1 when a plugin could not say what it has."""
    from portal.search import commands  # noqa: PLC0415

    commands.rebuild(assembled(), as_json=as_json)


@main.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(*, as_json: bool) -> None:
    """Examine the installation; exit 1 when something needs an operator."""
    from portal import diagnosis  # noqa: PLC0415
    from portal.context import assemble  # noqa: PLC0415

    lines = diagnosis.examine(assemble(settings()))
    data = {"ok": all(one.ok for one in lines), "lines": [{"label": one.label, "ok": one.ok, "sentence": one.sentence} for one in lines]}
    show(data, as_json=as_json, lines=[f"{'bien ' if one.ok else 'FALTA'} {one.label}: {one.sentence}" for one in lines])
    sys.exit(0 if data["ok"] else 1)


@main.command()
@click.argument("name", required=False)
@click.option("--agenda", required=False, help="Code of an agenda, for tables that belong to one.")
@click.option("--format", "format_", type=click.Choice(["csv", "xlsx"]), default="csv")
@click.option("--out", type=click.Path(dir_okay=False), help="File to write; standard output for CSV otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def export(name: str | None, agenda: str | None, format_: str, out: str | None, *, as_json: bool) -> None:
    """Write a table (run without NAME for the list of tables)."""
    from portal import exporting  # noqa: PLC0415

    exporting.command(assembled(), name, agenda or "", format_, out, as_json=as_json)


class _Lazy(click.Group):
    """A group of `portal.accounts.commands`, imported when used."""

    def _group(self) -> click.Group:
        from portal.accounts import commands  # noqa: PLC0415

        found: click.Group = getattr(commands, str(self.name))
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._group().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._group().get_command(ctx, cmd_name)


main.add_command(_Lazy("users", help="People who may sign in: add, list, grant, revoke."))
main.add_command(_Lazy("people", help="A person's data: export it, erase it."))

if __name__ == "__main__":
    main()
