"""`portal verify` and `portal commitments`; the heavy libraries are imported inside, so that --help stays quick."""

import sys
from pathlib import Path
from typing import Any

import click

from portal.cli import assembled, show

AUTHENTIC = {"authentic_complete", "authentic_incomplete", "authentic_earlier_revision", "valid"}
UNDECIDED = "unverifiable"
VERDICTS = {
    "authentic_complete": "Auténtico y completo",
    "authentic_incomplete": "Auténtico, faltan firmas",
    "authentic_earlier_revision": "Auténtico, revisión anterior",
    "altered": "Alterado",
    "unrecognised": "No reconocido",
    "unsigned": "Sin firma",
    "unverifiable": "No se pudo verificar",
    "valid": "Válido",
    "untrusted": "No confiable: no se conoce a quien emitió algún certificado",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the verdict for a program.")
@click.option(
    "--standalone", is_flag=True, help="Judge by cryptography and the strict difference policy alone, without the portal's records."
)
@click.option(
    "--trust-root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PEM",
    help="With --standalone: a root certificate to trust.",
)
def verify(file: Path, roots: tuple[Path, ...], *, as_json: bool, standalone: bool) -> None:
    """Say whether FILE is authentic.

    Exit status: 0 authentic (or valid), 1 not so, 2 when it could not be judged.
    """
    if roots and not standalone:
        raise click.UsageError("--trust-root only goes with --standalone")
    data = _judged(file, roots, standalone=standalone)
    lines = [VERDICTS[data["verdict"]], *(f"  {one['sentence']}" for one in data["reasons"])]
    lines += [f"  {one['field']}: {one['signer']} ({one['status']})" for one in data["signatures"]]
    show(data, as_json=as_json, lines=lines)
    sys.exit(0 if data["verdict"] in AUTHENTIC else 2 if data["verdict"] == UNDECIDED else 1)


def _judged(file: Path, roots: tuple[Path, ...], *, standalone: bool) -> dict[str, Any]:
    try:
        pdf = file.read_bytes()
    except OSError as error:
        return _not_judged("unreadable", f"No se puede leer {file}: {error.strerror}.")
    if not standalone:
        return _by_record(pdf)
    from plugins.commitments.signing.authority import read_roots  # noqa: PLC0415

    trusted = []
    for root in roots:
        try:
            trusted.append(root.read_bytes())
            read_roots(trusted[-1])
        except OSError as error:
            return _not_judged("unreadable_root", f"No se puede leer {root}: {error.strerror}.")
        except ValueError:
            return _not_judged("unreadable_root", f"{root} no contiene un certificado.")
    return _by_cryptography(pdf, trusted)


def _not_judged(code: str, sentence: str) -> dict[str, Any]:
    click.echo(sentence, err=True)
    return {
        "verdict": UNDECIDED,
        "reasons": [{"code": code, "sentence": sentence, "detail": "", "values": {}}],
        "instrument": None,
        "signatures": [],
    }


def _by_record(pdf: bytes) -> dict[str, Any]:
    from plugins.commitments.verification import verify_bytes  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        return verify_bytes(portal, session, pdf, now=clock.now()).as_dict()


def _by_cryptography(pdf: bytes, roots: list[bytes]) -> dict[str, Any]:
    from plugins.commitments.signing.sandbox import inspect_isolated  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    found = inspect_isolated(pdf, roots, now=clock.now()).as_dict()
    return {"verdict": found["verdict"], "reasons": found["reasons"], "instrument": None, "signatures": found["signatures"]}


@click.group()
def commitments() -> None:
    """Issue commitments and see how they stand."""


@commitments.command()
@click.option("--process", "process", help="Code of a process; all of them otherwise.")
@click.option("--json", "as_json", is_flag=True)
def status(process: str | None, *, as_json: bool) -> None:
    """Show the state of every commitment."""
    from plugins.commitments.standing import standing  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        found = standing(session, process)
    lines = [
        f"{one['code']}  {one['state']:<14} {one['signed']}/{one['expected']}  {one['organisation']}"
        + (f"  ({one['problem']})" if one["problem"] else "")
        for one in found
    ]
    show(found, as_json=as_json, lines=lines or ["No hay compromisos."])


@commitments.command()
@click.argument("codes", nargs=-1, metavar="[CODE]…")
@click.option("--process", "process", help="Code of a process; goes with --all.")
@click.option("--all", "every", is_flag=True, help="Every commitment of the process whose positions are confirmed.")
@click.option("--json", "as_json", is_flag=True)
def issue(codes: tuple[str, ...], process: str | None, *, every: bool, as_json: bool) -> None:
    """Issue the documents of commitments whose organisations confirmed their positions.

    Exit status: 0 when each is issued (already issued ones too), 1 when some could not be.
    """
    if bool(codes) == every or every != (process is not None):
        raise click.UsageError("give codes, or --process P --all")
    from plugins.commitments.standing import issue_now, ready  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        wanted = ready(session, process) if process is not None else list(codes)
    found = [issue_now(portal, code) for code in wanted]
    lines = [f"{one['code']}  {one['state']}" + (f"  {one['problem']}" if one["problem"] else "") for one in found]
    show(found, as_json=as_json, lines=lines or ["No hay compromisos por emitir."])
    sys.exit(1 if any(one["problem"] for one in found) else 0)
