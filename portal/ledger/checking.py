"""Compares published heads with the ledger as it is: a chain that was rewritten whole, and consistently, is found out here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.documents.canonical import canonical
from portal.extend.kinds import LedgerProblem
from portal.ledger import heads
from portal.ledger.merkle import Growing, is_continued, is_included, leaf_hash, tree_hash
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerTile
from portal.ledger.tree import TILE, leaf_of

_DIGEST = 64


def verify_heads(session: Session, saved: Sequence[Mapping[str, Any]] = ()) -> Iterator[LedgerProblem]:
    """Yield each published head that the present ledger does not have as its beginning. One pass over the entries.

    `saved`: heads (`heads.head_data`) that somebody kept elsewhere: what a host who also rewrote its own list cannot change.
    """
    wanted: dict[int, list[tuple[str, str, str]]] = {}
    for one in session.scalars(select(LedgerCheckpoint)):
        wanted.setdefault(one.size, []).append((one.root, one.last_entry, "publicada"))
    for other in saved:
        wanted.setdefault(other["size"], []).append((other["root"], other["last_entry"], "guardada fuera"))
    tiles = {number: root for number, root in session.execute(select(LedgerTile.number, LedgerTile.root))}  # noqa: C416 - rows are not tuples to mypy
    tree, tile = Growing(), []
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq).execution_options(yield_per=1000)):
        leaf = _leaf(entry)
        tree.append(leaf)
        tile.append(leaf)
        if tree.size % TILE == 0:
            number = tree.size // TILE - 1
            if tiles.get(number, root := tree_hash(tile).hex()) != root:
                yield LedgerProblem(
                    subject=f"ledger:tile:{number}", sentence=f"El tramo {number} del árbol guardado no es el del registro."
                )
            tile.clear()
        for root, last, which in wanted.pop(tree.size, []):
            if (root, last) != (tree.root.hex(), entry.hash):
                yield _problem(tree.size, f"La cabeza {which} con {tree.size} entradas no es la del registro: se reescribió la historia.")
    for size in sorted(wanted):
        yield _problem(size, f"Hay una cabeza con {size} entradas y el registro tiene {tree.size}: se cortó.")


def _leaf(entry: LedgerEntry) -> bytes:
    try:
        return leaf_of(entry)
    except (ValueError, TypeError):  # what somebody broke matches no head
        return leaf_hash(b"")


def _problem(size: int, sentence: str) -> LedgerProblem:
    return LedgerProblem(subject=f"ledger:head:{size}", sentence=sentence)


class Unfit(ValueError):
    """A file that is no head or proof of ours; the message is a Spanish sentence."""


def read_head(data: Any) -> dict[str, Any]:
    """Return `data` if it has the shape of a published head. Raises `Unfit`."""
    if not isinstance(data, dict) or data.get("schema") != heads.HEAD:
        raise Unfit("No es una cabeza del registro (rubrica.head/1).")
    size = data.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise Unfit("La cabeza no dice cuántas entradas tiene.")
    _ = _raw(data.get("root")), _raw(data.get("last_entry"))
    return data


def check_proof(data: Any, trusted: Mapping[str, Any]) -> str | None:
    """Check a proof (`heads.proof` or `heads.consistency`) against a head obtained elsewhere. No portal, no database.

    Return None when it holds, or the Spanish sentence that says why not. Raises `Unfit` for what is not a proof.
    """
    trusted = read_head(trusted)
    if not isinstance(data, dict) or data.get("schema") not in {heads.PROOF, heads.CONSISTENCY}:
        raise Unfit("No es una prueba del registro.")
    path = data.get("path")
    if not isinstance(path, list) or len(path) > _DIGEST:
        raise Unfit("La prueba no tiene camino.")
    return (_inclusion if data["schema"] == heads.PROOF else _continuation)(data, [_raw(one) for one in path], trusted)


def _inclusion(data: Mapping[str, Any], path: list[bytes], head: Mapping[str, Any]) -> str | None:
    seq, leaf, entry = data.get("seq"), _raw(data.get("leaf_hash")), data.get("entry")
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise Unfit("La prueba no dice de qué entrada es.")
    if read_head(data.get("head"))["size"] != head["size"]:
        return f"La prueba es para la cabeza con {data['head']['size']} entradas, no para la que usted dio ({head['size']})."
    if entry is not None:
        try:
            same = isinstance(entry, dict) and entry.get("seq") == seq and leaf_hash(canonical(entry)) == leaf
        except (ValueError, TypeError, RecursionError) as error:
            raise Unfit("La entrada no se puede escribir como JSON canónico.") from error
        if not same:
            return "La entrada no es la que la prueba dice: cambió."
    if not is_included(leaf, seq - 1, head["size"], path, _raw(head["root"])):
        return "La entrada no está en el registro con esa cabeza."
    return None


def _continuation(data: Mapping[str, Any], path: list[bytes], head: Mapping[str, Any]) -> str | None:
    first, second = read_head(data.get("first")), read_head(data.get("second"))
    if (head["size"], head["root"]) not in {(one["size"], one["root"]) for one in (first, second)}:
        return "La prueba no es sobre la cabeza que usted dio."
    if not is_continued(first["size"], second["size"], _raw(first["root"]), _raw(second["root"]), path):
        return "La cabeza posterior no continúa a la anterior: se reescribió la historia."
    return None


def _raw(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) != _DIGEST:
        raise Unfit("Falta una huella SHA-256.")
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Unfit("Una huella no está en hexadecimal.") from error
