"""Cuts a signature's box out of a sheet's picture, for the person who says whether it is signed."""

import io

from plugins.commitments.paper import marks
from plugins.commitments.paper.models import PaperSheet
from portal.context import Portal
from portal.errors import NotFound

AROUND = 6.0  # millimetres: a signature does not keep to its box


def cut(portal: Portal, sheet: PaperSheet, box: marks.Box) -> bytes:
    """Return what is around `box` on a sheet as JPEG. The picture is one that the portal drew itself. Raises `NotFound`."""
    from PIL import Image  # noqa: PLC0415 - heavy to import

    if not sheet.squared:
        raise NotFound
    with Image.open(io.BytesIO(portal.store.get(sheet.picture_sha256)), formats=("JPEG",)) as picture:
        dots = picture.width / marks.WIDTH
        left, top = max(0, round((box.left - AROUND) * dots)), max(0, round((box.top - AROUND) * dots))
        right = min(picture.width, round((box.left + box.width + AROUND) * dots))
        bottom = min(picture.height, round((box.top + box.height + AROUND) * dots))
        out = io.BytesIO()
        picture.crop((left, top, right, bottom)).save(out, "JPEG", quality=85)
    return out.getvalue()
