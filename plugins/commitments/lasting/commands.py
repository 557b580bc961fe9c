"""`portal keys`: the signing authority's certificates, and what an operator may do with them."""

import sys
from pathlib import Path
from typing import Any

import click

from portal.cli import assembled, show

NAMES = {"root": "raíz", "issuing": "emisora", "seal": "sello"}
PLACES = {"file": "llave en archivo", "token": "llave en el módulo PKCS#11", "away": "llave guardada aparte"}


@click.group()
def keys() -> None:
    """Make, list, rotate, import and revoke the certificates of the signing authority."""


@keys.command()
@click.option("--json", "as_json", is_flag=True)
def init(*, as_json: bool) -> None:
    """Make the root, issuing and seal certificates, if there are none; the first document would."""
    from plugins.commitments import keys as authority  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    portal = assembled()
    now = clock.now()
    authority.authority(portal, now=now)
    _renew_and_note(portal, now)
    _show(portal, as_json=as_json)


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True)
def list_(*, as_json: bool) -> None:
    """Show every generation of certificates: validity, fingerprints, where the keys are, what was revoked."""
    _show(assembled(), as_json=as_json)


@keys.command()
@click.option("--root", "new_root", is_flag=True, help="Make a new root too; its key is not needed then.")
@click.option("--json", "as_json", is_flag=True)
def rotate(*, new_root: bool, as_json: bool) -> None:
    """Sign from now on with new issuing and seal certificates. What was signed stays as valid as it was."""
    from plugins.commitments.lasting import rotation  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    portal = assembled()
    now = clock.now()
    rotation.rotate(portal, now=now, new_root=new_root)
    _note(portal, now)
    _show(portal, as_json=as_json)


@keys.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "role", type=click.Choice(["seal", "issuing"]), default="seal", help="What it is for.")
@click.option(
    "--password-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The file's password; asked for otherwise."
)
@click.option("--json", "as_json", is_flag=True)
def import_(file: Path, role: str, password_file: Path | None, *, as_json: bool) -> None:
    """Sign from now on with the key and certificate of the PKCS#12 FILE, which must hold the chain above too."""
    from plugins.commitments.lasting import rotation  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    password = password_file.read_text().strip() if password_file else click.prompt("Contraseña", hide_input=True, err=True)
    portal = assembled()
    now = clock.now()
    rotation.import_pkcs12(portal, file.read_bytes(), password=password.encode(), issuing=role == "issuing", now=now)
    _note(portal, now)
    _show(portal, as_json=as_json)


@keys.command(name="export-root")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; standard output otherwise.")
def export_root(out: Path | None) -> None:
    """Give the root certificates that verifiers are asked to trust, the present one first (PEM)."""
    from plugins.commitments import keys as authority  # noqa: PLC0415
    from plugins.commitments.lasting import rotation  # noqa: PLC0415

    portal = assembled()
    rotation.must_exist(portal)
    pem = b"".join(authority.portal_roots(portal))
    if out is None:
        click.echo(pem.decode(), nl=False)
    else:
        out.write_bytes(pem)


@keys.command()
@click.argument("which", metavar="SERIAL|CODE/FIELD")
@click.option("--reason", required=True, help="As in RFC 5280: key_compromise, affiliation_changed, superseded, …")
@click.option("--json", "as_json", is_flag=True)
def revoke(which: str, reason: str, *, as_json: bool) -> None:
    """Revoke a certificate: by its serial number, or that of one signature, as in RUB-XXXXX-XXXXX/firma-1."""
    from plugins.commitments.lasting import revoking  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        found = revoking.revoke(portal, session, now=clock.now(), which=which, reason=reason)
        session.commit()
    data = {"what": found.what, "serial": f"{found.serial:x}", "sha256": found.sha256, "signature": found.subject or None, "reason": reason}
    show(data, as_json=as_json, lines=[f"Revocado: {found.subject or NAMES[found.what]}, serie {found.serial:x}."])
    sys.exit(0)


def _renew_and_note(portal: Any, now: Any) -> None:
    from plugins.commitments.lasting import lists  # noqa: PLC0415

    lists.renew(portal, now=now)
    _note(portal, now)


def _note(portal: Any, now: Any) -> None:
    from plugins.commitments.lasting import rotation  # noqa: PLC0415

    with portal.sessions() as session:
        rotation.note_generations(portal, session, now=now)
        session.commit()


def _show(portal: Any, *, as_json: bool) -> None:
    from plugins.commitments.lasting import revoking, rotation  # noqa: PLC0415

    found = [one.as_dict() for one in rotation.all_generations(portal)]
    here = {one["certificates"][0]["sha256"] for one in found if one["certificates"][0]["key"] != "away"}
    for one in found:  # a root's key lies in the generation that made it
        one["certificates"][0]["key"] = "file" if one["certificates"][0]["sha256"] in here else "away"
    gone = [
        {"serial": f"{line.serial:x}", "since": line.since.isoformat(), "reason": line.reason, "generation": generation.number}
        for generation, line in revoking.revoked(portal)
    ]
    data = {"present": found[0]["number"] if found else None, "generations": found, "revoked": gone}
    show(data, as_json=as_json, lines=_lines(found, gone) or ["Todavía no hay llaves: el primer documento las hace, o «portal keys init»."])


def _lines(found: list[dict[str, Any]], gone: list[dict[str, Any]]) -> list[str]:
    lines = []
    for place, one in enumerate(found):
        lines.append(f"Generación {one['number']}" + (", la que firma ahora" if place == 0 else ", anterior"))
        for certificate in one["certificates"]:
            dates = f"{certificate['from'][:10]} a {certificate['until'][:10]}"
            lines.append(f"  {NAMES[certificate['name']]:<8} {dates}  {PLACES[certificate['key']]}")
            lines.append(f"           serie {certificate['serial']}")
            lines.append(f"           SHA-256 {certificate['sha256']}")
    lines += [f"Revocado el {one['since'][:10]}: serie {one['serial']} ({one['reason']})" for one in gone]
    return lines
