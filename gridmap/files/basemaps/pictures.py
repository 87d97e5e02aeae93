"""Pictures of tiles: known by their content, laid over each other, drawn anew where the datum is another."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from gridmap.geo.warp import PARTS, Underlay

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
WIDEST = 1024
"""Pixels a side; more is no tile."""


class NoPictureError(ValueError):
    """Bytes that are no tile's picture."""


class Tile(NamedTuple):
    """A tile as it is served. `is_whole`: False where a part of it did not come, so that it is asked for again soon."""

    data: bytes
    mimetype: str
    is_whole: bool = True


def type_of(data: bytes) -> str:
    """The media type of a picture, by its content. Raises NoPictureError, also where it is too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(TYPES))
        if max(image.size) > WIDEST:
            raise NoPictureError("too many pixels")
        found = TYPES[str(image.format)]
        image.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise NoPictureError("no picture") from error
    return found


def nothing(size: int = 1) -> Tile:
    """The picture of nothing, which browsers and GIS programs alike take for a tile."""
    out = io.BytesIO()
    Image.new("RGBA", (size, size)).save(out, "PNG")
    return Tile(out.getvalue(), TYPES["PNG"])


def overlaid(layers: Sequence[bytes], size: int) -> Tile:
    """Pictures of one tile, bottom to top, as one of `size` pixels. Raises NoPictureError."""
    drawn = Image.new("RGBA", (size, size))
    for data in layers:
        drawn.alpha_composite(_opened(data, size))
    return _saved(drawn, layers)


def warped(layers: Sequence[Mapping[tuple[int, int], bytes]], under: Underlay, size: int) -> Tile:
    """One tile out of those that lie under it, by column and row; layers bottom to top. Raises NoPictureError.

    What is missing stays transparent. Each piece of the tile is the quadrangle between its corners, bilinear
    in between; pixels are weighed by their neighbours (bicubic).
    """
    whole = Image.new("RGBA", (len(under.columns) * size, len(under.rows) * size))
    for layer in layers:
        for (column, row), data in layer.items():
            place = ((column - under.columns.start) * size, (row - under.rows.start) * size)
            whole.alpha_composite(_opened(data, size), place)
    points, step = under.points * size, size // PARTS
    mesh = []
    for down in range(PARTS):
        for across in range(PARTS):
            corners = [
                points[at]
                for at in ((down, across), (down + 1, across), (down + 1, across + 1), (down, across + 1))
            ]
            box = (across * step, down * step, (across + 1) * step, (down + 1) * step)
            mesh.append((box, tuple(float(number) for corner in corners for number in corner)))
    drawn = whole.transform((size, size), Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)
    return _saved(drawn, [data for layer in layers[:1] for data in layer.values()])


def _opened(data: bytes, size: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(TYPES)).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise NoPictureError("no picture") from error
    return image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BICUBIC)


def _saved(drawn: Image.Image, bottom: Sequence[bytes]) -> Tile:
    """As a JPEG where the lowest layer is one and nothing shines through, else as a PNG."""
    out = io.BytesIO()
    lowest = drawn.getchannel("A").getextrema()[0]
    is_photo = bool(bottom) and bottom[0].startswith(b"\xff\xd8") and lowest == 255
    if is_photo:
        drawn.convert("RGB").save(out, "JPEG", quality=88)
        return Tile(out.getvalue(), TYPES["JPEG"])
    (drawn.convert("RGB") if lowest == 255 else drawn).save(out, "PNG", compress_level=4)
    return Tile(out.getvalue(), TYPES["PNG"])
