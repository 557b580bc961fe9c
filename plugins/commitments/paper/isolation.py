"""Reads a scan or a photo in a process of its own, with limits on processor time, memory, files, network and patience."""

import json
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from plugins.commitments.signing import sandbox

_MODULE: Final = "plugins.commitments.paper.isolation"
_STARTING: Final = 5  # seconds that a cold start may take
_SECONDS_A_PAGE: Final = 8
_MOST_A_PAGE: Final = 12_000_000  # bytes of answer; a page is one sheet, or a few in one photo


@dataclass(frozen=True)
class Found:
    """A sheet on page `place` (from 1) of a file; see `pictures.Sheet`."""

    place: int
    sheet: tuple[str, int, int, int] | None
    squared: bool
    blank: bool
    picture: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)


@dataclass(frozen=True)
class Part:
    """Some pages of a file: how many it has in all, the sheets on these, and the pages that could not be drawn.

    `unfit`: a code of receiving.UNFIT when nothing of the file can be read.
    """

    pages: int = 0
    sheets: tuple[Found, ...] = ()
    broken: tuple[int, ...] = ()
    unfit: str | None = None


def read_part(data: bytes, *, start: int, count: int, megabytes: int = 1536) -> Part:
    """Read `count` pages from page `start` (from 0) of a PDF, JPEG or PNG. Never raises for what the file contains.

    The child gets no environment, so no secrets; `megabytes` limits its whole address space.
    """
    seconds = 10 + _SECONDS_A_PAGE * count
    header = {"start": start, "count": count, "seconds": seconds, "megabytes": megabytes}
    child = sandbox.run(_MODULE, json.dumps(header).encode() + b"\n" + data, wall=seconds + _STARTING, most_output=_MOST_A_PAGE * count)
    if child.trouble is not None:
        return Part(unfit={"too_slow": "slow", "no_memory": "huge"}.get(child.trouble, "damaged"))
    try:
        return _unpacked(child.output)
    except (ValueError, KeyError, TypeError, IndexError):
        return Part(unfit="damaged")


def _unpacked(answer: bytes) -> Part:
    line, _, rest = answer.partition(b"\n")
    said = json.loads(line)
    at, sheets = 0, []
    for one in said["sheets"]:
        middle, end = at + one["picture"], at + one["picture"] + one["thumbnail"]
        if end > len(rest):
            raise ValueError("cut short")
        sheet = (str(one["sheet"][0]), *(int(number) for number in one["sheet"][1:4])) if one["sheet"] else None
        sheets.append(Found(one["place"], sheet, one["squared"], one["blank"], rest[at:middle], rest[middle:end]))  # type: ignore[arg-type]
        at = end
    return Part(said["pages"], tuple(sheets), tuple(said["broken"]), said["unfit"])


def main() -> None:
    """The child: header line and file on standard input; a line of JSON and the pictures on standard output."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - loaded before the limits begin
    import zxingcpp  # noqa: F401, PLC0415
    from PIL import JpegImagePlugin, PngImagePlugin  # noqa: F401, PLC0415

    from plugins.commitments.paper import pictures  # noqa: PLC0415

    header = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    sandbox.limit(header["seconds"], header["megabytes"])
    said: dict[str, Any] = {"pages": 0, "sheets": [], "broken": [], "unfit": None}
    blobs: list[bytes] = []
    try:
        source = pictures.open_file(data)
        said["pages"] = source.count
        for index in range(header["start"], min(header["start"] + header["count"], source.count)):
            try:
                for one in pictures.sheets_of(source, index):
                    said["sheets"].append(
                        {
                            "place": one.place,
                            "sheet": one.sheet,
                            "squared": one.squared,
                            "blank": one.blank,
                            "picture": len(one.picture),
                            "thumbnail": len(one.thumbnail),
                        }
                    )
                    blobs += [one.picture, one.thumbnail]
            except pictures.Unfit:
                if source.count == 1:
                    raise
                said["broken"].append(index + 1)
    except pictures.Unfit as error:
        said["unfit"] = str(error.args[0])
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(blobs))


if __name__ == "__main__":
    main()
