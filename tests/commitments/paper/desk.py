"""A desk with a printer, a pen, a scanner and a phone: what happens to a sheet between the portal and the portal."""

import io
import math
import random
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from plugins.commitments.paper.marks import Box

MM = 72 / 25.4


def printed(pdf: bytes, *, dpi: int = 150, pages: Sequence[int] = ()) -> list[Image.Image]:
    """Return the pages (numbers from 1; all by default) of a PDF as poppler draws them: another renderer than the portal's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.pdf"
        path.write_bytes(pdf)
        span = ["-f", str(min(pages)), "-l", str(max(pages))] if pages else []
        subprocess.run(["pdftoppm", "-r", str(dpi), "-png", *span, str(path), str(Path(folder) / "p")], check=True)
        found = []
        for one in sorted(Path(folder).glob("p*.png")):
            with Image.open(one) as picture:
                found.append(picture.convert("RGB"))
        return found


def sign(page: Image.Image, box: Box, seed: int = 1) -> None:
    """Draw something like a signature, in blue ink, over a box of the page."""
    dots = page.width / 210
    chance = random.Random(seed)
    x, y = (box.left + 8) * dots, (box.top + 9) * dots
    points = [(x + step * 0.75 * dots, y + math.sin(step * 0.9 + seed) * 4.5 * dots + chance.uniform(-1, 1) * dots) for step in range(60)]
    ImageDraw.Draw(page).line(points, fill=(25, 45, 140), width=max(2, round(0.5 * dots)), joint="curve")


def scanned(pages: Sequence[Image.Image], *, dpi: int = 150) -> bytes:
    """Return the pages as a scanner does: one PDF of JPEG images."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=list(pages[1:]), resolution=dpi, quality=70)
    return out.getvalue()


def jpeg(page: Image.Image, quality: int = 70) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def askew(page: Image.Image, degrees: float) -> Image.Image:
    """Return the page laid crooked on the glass."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(250, 250, 250))


def photo(page: Image.Image, seed: int = 7) -> bytes:
    """Return the page as a phone sees it on a table: at an angle, unevenly lit, blurred a little, compressed."""
    width, height = page.size
    table = Image.new("RGB", (round(width * 1.25), round(height * 1.2)), (120, 98, 76))
    corners = [(0.13, 0.10), (0.93, 0.06), (0.97, 0.95), (0.05, 0.92)]  # where the sheet's corners are seen
    seen = [(x * table.width, y * table.height) for x, y in corners]
    flat = [(0, 0), (width, 0), (width, height), (0, height)]
    way = _perspective(seen, flat)
    laid = page.transform(table.size, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC, fillcolor=None)
    mask = Image.new("L", page.size, 255).transform(table.size, Image.Transform.PERSPECTIVE, way, Image.Resampling.BILINEAR)
    table.paste(laid, (0, 0), mask)
    shade = Image.linear_gradient("L").resize(table.size).rotate(180)
    dark = table.point(lambda value: round(value * 0.62))
    lit = Image.composite(table, dark, shade.point(lambda value: 90 + value * 165 // 255))
    noise = Image.effect_noise(table.size, 14).convert("RGB")
    chance = random.Random(seed)
    return jpeg(Image.blend(lit, noise, 0.06 + chance.random() * 0.01).filter(ImageFilter.GaussianBlur(0.8)), 60)


def _perspective(to: Sequence[tuple[float, float]], of: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Return Pillow's eight numbers that draw the corners `of` at `to`."""
    rows, right = [], []
    for (x, y), (u, v) in zip(to, of, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        right += [u, v]
    size = 8
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda line: abs(table[line][column]))
        table[column], table[best] = table[best], table[column]
        for line in range(size):
            if line != column:
                factor = table[line][column] / table[column][column]
                table[line] = [mine - factor * other for mine, other in zip(table[line], table[column], strict=True)]
    return tuple(table[line][size] / table[line][line] for line in range(size))


def ink(picture: Image.Image) -> int:
    """Return how many pixels are blue ink."""
    red, _, blue = picture.convert("RGB").split()
    return sum(1 for r, b in zip(red.tobytes(), blue.tobytes(), strict=True) if b > r + 40)
