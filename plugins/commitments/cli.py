"""`portal verify` and `portal commitments`; the heavy libraries are imported inside, so that --help stays quick."""

import re
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
    help="With --standalone or a bundle: a root certificate to trust.",
)
@click.option(
    "--root-sha256",
    "fingerprints",
    multiple=True,
    metavar="HEX",
    help="With a bundle: the SHA-256 of a root, as you got it elsewhere. Without it the bundle can only agree with itself.",
)
@click.option(
    "--head", "head", type=click.Path(path_type=Path), metavar="JSON", help="With a bundle: a published head of the ledger that you kept."
)
def verify(
    file: Path, roots: tuple[Path, ...], fingerprints: tuple[str, ...], head: Path | None, *, as_json: bool, standalone: bool
) -> None:
    """Say whether FILE is authentic: a PDF, or the offline bundle of a commitment (ZIP), which needs no database.

    Exit status: 0 authentic (or valid), 1 not so, 2 when it could not be judged.
    """
    bundled = _is_bundle(file)
    if roots and not (standalone or bundled):
        raise click.UsageError("--trust-root only goes with --standalone or a bundle")
    if (fingerprints or head) and not bundled:
        raise click.UsageError("--root-sha256 and --head only go with a bundle")
    if any(len(re.sub(r"[^0-9a-fA-F]", "", one)) != 64 for one in fingerprints):  # noqa: PLR2004 - digits of a SHA-256
        raise click.UsageError("--root-sha256 takes 64 hexadecimal digits")
    data = _judged(file, roots, fingerprints, head, standalone=standalone, bundled=bundled)
    lines = [VERDICTS[data["verdict"]], *(f"  {one['sentence']}" for one in data["reasons"])]
    lines += [f"  {one['field']}: {one['signer']} ({one['status']})" for one in data["signatures"]]
    show(data, as_json=as_json, lines=lines)
    sys.exit(0 if data["verdict"] in AUTHENTIC else 2 if data["verdict"] == UNDECIDED else 1)


def _is_bundle(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(4) == b"PK\x03\x04"
    except OSError:
        return False  # said when it is read


def _judged(
    file: Path, roots: tuple[Path, ...], fingerprints: tuple[str, ...], head: Path | None, *, standalone: bool, bundled: bool
) -> dict[str, Any]:
    from plugins.commitments.signing.sandbox import MOST_BYTES  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)  # a larger one is refused for its size
    except OSError as error:
        return _not_judged("unreadable", f"No se puede leer {file}: {error.strerror}.")
    if not standalone and not bundled:
        return _by_record(content)
    try:
        trusted = [_root(one) for one in roots]
    except ValueError as error:
        return _not_judged("unreadable_root", str(error))
    return _by_itself(content, trusted, fingerprints, head) if bundled else _by_cryptography(content, trusted)


def _root(file: Path) -> bytes:
    """Return a root's PEM. Raises ValueError with the sentence to show."""
    from plugins.commitments.signing.authority import read_roots  # noqa: PLC0415

    try:
        pem = file.read_bytes()
    except OSError as error:
        raise ValueError(f"No se puede leer {file}: {error.strerror}.") from error
    try:
        read_roots(pem)
    except ValueError:
        raise ValueError(f"{file} no contiene un certificado.") from None
    return pem


def _by_itself(bundle: bytes, roots: list[bytes], fingerprints: tuple[str, ...], head: Path | None) -> dict[str, Any]:
    from plugins.commitments.offline.isolated import judge_isolated  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415
    from portal.ledger.checking import Unfit, read_head  # noqa: PLC0415
    from portal.ledger.commands import read  # noqa: PLC0415

    try:
        kept = read_head(read(head)) if head is not None else None
    except Unfit as error:
        return _not_judged("unreadable_head", str(error))
    return judge_isolated(bundle, now=clock.now(), fingerprints=fingerprints, roots_pem=roots, head=kept)


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
