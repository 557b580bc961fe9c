"""Leaves the documents of the sample cycle in a folder, for whoever wants to examine them with other programs."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from plugins.demo.scene import PROCESS
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict
from portal.i18n import N_

STATES = ("issued", "partly_signed", "complete", "declined")


def export(portal: Portal, out: Path) -> dict[str, Any]:
    """Write instruments/, constancias/, root.pem and summary.json into `out`; return what summary.json says.

    {"instruments": [{"path", "code", "state", "sha256", "organisation", "constancia"}], "root": "root.pem"}; paths are
    relative to `out`. Raises `Conflict` when the folder cannot be written.
    """
    if "commitments" not in portal.registry:
        raise Conflict(N_("El módulo de compromisos no está en uso: no hay documentos que dejar en la carpeta."))
    from plugins.commitments import api  # noqa: PLC0415 - the demo works without that plugin

    try:
        with portal.sessions() as session:
            rows = session.scalars(
                select(api.Commitment)
                .join(api.Process, api.Process.id == api.Commitment.process_id)
                .where(api.Process.code == PROCESS, api.Commitment.state.in_(STATES), api.Commitment.head_sha256.is_not(None))
                .order_by(api.Commitment.id)
            )
            instruments = [_instrument(portal, out, one) for one in rows]
        _write(out / "root.pem", api.root_pem(portal) or b"")
        summary = {"instruments": instruments, "root": "root.pem"}
        _write(out / "summary.json", json.dumps(summary, ensure_ascii=False, indent=2).encode() + b"\n")
    except OSError as error:
        raise Conflict(
            N_("No se pudo escribir %(file)s: %(reason)s."), file=error.filename or out, reason=error.strerror or str(error)
        ) from error
    return summary


def _instrument(portal: Portal, out: Path, commitment: Any) -> dict[str, Any]:
    pdf = portal.store.get(commitment.head_sha256)
    path = f"instruments/{commitment.code}-{commitment.state}.pdf"
    _write(out / path, pdf)
    constancia = None
    if commitment.constancia_sha256 is not None:
        constancia = f"constancias/{commitment.code}.pdf"
        _write(out / constancia, portal.store.get(commitment.constancia_sha256))
    return {
        "path": path,
        "code": commitment.code,
        "state": commitment.state,
        "sha256": sha256(pdf),
        "organisation": commitment.organisation.name,
        "constancia": constancia,
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
