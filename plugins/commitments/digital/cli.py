"""`portal trust`: whose outside certificates are believed. It only looks after files in PORTAL_HOME/trust."""

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from plugins.commitments.digital.trust_folder import EXEMPT, FOLDER, KINDS, TrustFolder, read_crl, read_folder
from plugins.commitments.digital.trust_report import described, troubles
from portal import clock
from portal.cli import assembled, settings, show


@click.group()
def trust() -> None:
    """Say whose outside certificates are believed (docs/operating.md)."""


def _folder() -> TrustFolder:
    return read_folder(settings().home, now=clock.now())


@trust.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(*, as_json: bool) -> None:
    """Show anchors, lists with their version and next update, intermediates and revocation lists."""
    rows = described(_folder())
    show(rows, as_json=as_json, lines=[_line(one) for one in rows] or ["No hay ninguna autoridad de confianza configurada."])


def _line(row: dict[str, Any]) -> str:
    version = f"  versión {row['version']}, {row['services']} servicios" if row["kind"] == "list" else ""
    exempt = "  sin revocación" if row.get("without_revocation") else ""
    return f"{row['kind']:<12} {row['file']}  {row['name']}{version}  hasta {(row['until'] or 'sin fecha')[:10]}{exempt}" + (
        f"\n             SHA-256 {row['sha256']}" if row.get("sha256") else ""
    )


@trust.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "kind", type=click.Choice(list(KINDS)), required=True, help="What the file is.")
@click.option("--without-revocation", is_flag=True, help="For an anchor or a list: its signatures need no revocation answer.")
def add(file: Path, kind: str, *, without_revocation: bool) -> None:
    """Copy FILE into the trust folder once it proves to be what is said. A list needs its publisher's certificate there first."""
    if without_revocation and kind not in {"anchor", "list"}:
        raise click.UsageError("--without-revocation only goes with an anchor or a list")
    folder = settings().home / FOLDER / KINDS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.stem}{ {'list': '.xml', 'crl': '.crl'}.get(kind, '.pem') }"
    _check(file, kind)
    if file.resolve() != target.resolve():
        shutil.copyfile(file, target)
    flag = target.with_suffix(EXEMPT)
    if without_revocation:
        flag.touch()
    name = f"{KINDS[kind]}/{target.name}"
    for row in described(_folder()):
        if row["file"] == name:
            click.echo(_line(row))
    click.echo("Compare el SHA-256 con el que publica la autoridad por otro medio.")


def _check(file: Path, kind: str) -> None:
    """Refuse, with a sentence and exit status 2, a file that is not what is said."""
    from cryptography import x509  # noqa: PLC0415

    from plugins.commitments.digital.trust_lists import BadList, read_list  # noqa: PLC0415

    data = file.read_bytes()
    try:
        if kind == "list":
            read_list(data, tuple(one for _, one in _folder().signers))
        elif kind == "crl":
            read_crl(data)
        else:
            x509.load_pem_x509_certificates(data)
    except BadList as error:
        click.echo(f"{file}: {error}.", err=True)
        sys.exit(2)
    except ValueError:
        wanted = "una lista de revocación" if kind == "crl" else "certificados en PEM"
        click.echo(f"{file}: no contiene {wanted}.", err=True)
        sys.exit(2)


@trust.command()
@click.option("--json", "as_json", is_flag=True)
def check(*, as_json: bool) -> None:
    """Say what an operator must mend. Exit status: 0 nothing, 1 something."""
    found = troubles(_folder(), now=clock.now())
    show(
        [{"file": file, "sentence": sentence} for file, sentence in found],
        as_json=as_json,
        lines=[f"{file}: {sentence}" for file, sentence in found] or ["Todo en orden."],
    )
    sys.exit(1 if found else 0)


@trust.command()
@click.option("--json", "as_json", is_flag=True)
def recheck(*, as_json: bool) -> None:
    """Judge every undecided document again, with the trust of today."""
    from plugins.commitments.digital import rejudging  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        waiting = rejudging.undecided(session)
    rows = [{"reception": one, "result": rejudging.judge_again(portal, one, now=clock.now())} for one in waiting]
    show(rows, as_json=as_json, lines=[f"{one['reception']}: {one['result']}" for one in rows] or ["No hay documentos por resolver."])
