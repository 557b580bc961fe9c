"""What `portal ledger head`, `prove`, `check-proof` and `verify` do; the last but one needs neither portal nor database."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

_MOST_BYTES = 1_000_000


def head(portal: Any, *, publish: bool, as_json: bool) -> None:
    """Show the last published head; publish one first when asked."""
    from portal import clock  # noqa: PLC0415 - commands import what they use
    from portal.cli import show  # noqa: PLC0415
    from portal.ledger import heads  # noqa: PLC0415

    with portal.sessions() as session:
        if publish:
            heads.publish(session, now=clock.now())
            session.commit()
        found = heads.latest(session)
        data = {**heads.head_data(found), "timestamped": found.token_sha256 is not None} if found else None
    if data is None:
        click.echo("Todavía no se publicó ninguna cabeza: use --publish.", err=True)
        sys.exit(1)
    show(data, as_json=as_json, lines=[f"{data['size']} entradas, {data['published_at']}", f"raíz {data['root']}"])


def prove(portal: Any, seq: int, *, size: int | None) -> None:
    """Print the proof of an entry, with the entry, as JSON."""
    from portal.errors import PortalError  # noqa: PLC0415
    from portal.ledger import heads  # noqa: PLC0415

    with portal.sessions() as session:
        try:
            under = heads.head_at(session, size) if size is not None else heads.covering(session, seq)
            found = heads.proof(session, under, seq, with_entry=True)
        except PortalError as error:
            click.echo(str(error.text), err=True)
            sys.exit(1)
    click.echo(json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1))


def check_proof(file: Path, head_file: Path, *, as_json: bool) -> None:
    """Check a proof against a head that the caller trusts. Exit status: 0 it holds, 1 it does not, 2 not a proof."""
    from portal.cli import show  # noqa: PLC0415
    from portal.ledger.checking import Unfit, check_proof  # noqa: PLC0415

    try:
        problem = check_proof(read(file), read(head_file))
    except Unfit as error:
        show({"ok": None, "problem": str(error)}, as_json=as_json, lines=[str(error)])
        sys.exit(2)
    show({"ok": problem is None, "problem": problem}, as_json=as_json, lines=[problem or "La prueba es correcta."])
    sys.exit(0 if problem is None else 1)


def saved_heads(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Read heads kept elsewhere; leave with status 2 and the reason when one is none."""
    from portal.ledger.checking import Unfit, read_head  # noqa: PLC0415

    try:
        return [read_head(read(one)) for one in files]
    except Unfit as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def read(file: Path) -> Any:
    """Read JSON from a file of a stranger's. Raises `Unfit`."""
    from portal.ledger.checking import Unfit  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise Unfit(f"{file} es demasiado grande para ser una prueba.")
        return json.loads(data)
    except OSError as error:
        raise Unfit(f"No se puede leer {file}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit(f"{file} no es JSON.") from error
