"""Makes an uploaded logo safe to show: a PNG or JPEG is drawn anew, so nothing but its picture survives."""

import io

from PIL import Image, UnidentifiedImageError

from portal.errors import Invalid
from portal.i18n import N_

MEDIA_TYPE = "image/png"
_MOST_BYTES, _MOST_PIXELS, _SIDE = 3_000_000, 25_000_000, 480


def cleaned(data: bytes) -> bytes:
    """Return `data` as a PNG of at most 480 pixels a side, without metadata. Raises `Invalid` (field "logo").

    SVG is refused: it is a program, and would run as this portal's.
    """
    if len(data) > _MOST_BYTES:
        raise _refused(N_("El logo debe pesar menos de 3 MB."))
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise _refused(N_("El logo es demasiado grande: use una imagen de menos de 5000 píxeles por lado."))
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(N_("El logo debe ser una imagen PNG o JPEG.")) from error
    drawn.thumbnail((_SIDE, _SIDE))
    fresh = Image.new("RGBA", drawn.size)
    fresh.paste(drawn)
    out = io.BytesIO()
    fresh.save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"logo": sentence})
