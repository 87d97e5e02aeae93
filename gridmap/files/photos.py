"""Photos as files: type by content, drawn anew without what the camera wrote into them, named by digest."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from gridmap.errors import InvalidInputError, TooLargeError, UnavailableError

log = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
_PLACES = threading.BoundedSemaphore(2)  # a photo of 40 million pixels takes 160 MB while it is redrawn
LONG_SIDE, THUMBNAIL_SIDE = 2048, 400


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: JPEG bytes without metadata, and a small one."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the bytes kept."""
        return hashlib.sha256(self.data).hexdigest()


def redraw(sent: bytes) -> Picture:
    """The photo in `sent` (JPEG, PNG or WebP) turned upright and redrawn: EXIF, GPS and comments are gone.

    Raises TooLargeError `photo_too_large` or `photo_too_many_pixels`, InvalidInputError `photo_unreadable`.
    """
    if len(sent) > MAX_BYTES:
        raise TooLargeError("photo_too_large", limit_mb=MAX_BYTES // 1_000_000)
    with _PLACES:
        return _redrawn(sent)


def _redrawn(sent: bytes) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(sent), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                raise TooLargeError("photo_too_many_pixels", limit=MAX_PIXELS)
            upright = _eight_bits(ImageOps.exif_transpose(image)).convert("RGB")
    except Image.DecompressionBombError as error:
        raise TooLargeError("photo_too_many_pixels", limit=MAX_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidInputError("photo_unreadable", formats=", ".join(FORMATS)) from error
    upright.thumbnail((LONG_SIDE, LONG_SIDE))
    small = upright.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(_jpeg(upright), _jpeg(small), upright.width, upright.height)


def _eight_bits(image: Image.Image) -> Image.Image:
    # Pillow would cut a grey of 16 bits off at 255: a photo all white.
    return (
        image.point(lambda value: value * (1 / 256)).convert("L") if image.mode.startswith("I;16") else image
    )


def _jpeg(image: Image.Image) -> bytes:
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def path_of(data_dir: Path, digest: str, *, thumbnail: bool = False) -> Path:
    """Where the photo of that digest lies."""
    name = f"{digest}{'.small' if thumbnail else ''}.jpg"
    return data_dir / "photos" / digest[:2] / digest[2:4] / name


def store(data_dir: Path, picture: Picture) -> None:
    """Keep a photo, whole or not at all, so that it outlasts a power cut; the same one again changes nothing.

    Raises UnavailableError `storage_full` where the disk does not take it.
    """
    try:
        for data, is_thumbnail in ((picture.thumbnail, True), (picture.data, False)):
            target = path_of(data_dir, picture.digest, thumbnail=is_thumbnail)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                _write(_parts(data_dir), target, data)
        # The bytes are safe; now the names that lead to them, also those that another process has just made.
        for folder in (target.parent, *target.parent.parents[:3]):
            _sync_folder(folder)
    except OSError as error:
        log.warning("a photo cannot be written: %s", error.strerror)
        raise UnavailableError("storage_full") from error


def _write(parts: Path, target: Path, data: bytes) -> None:
    parts.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=parts, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parts(data_dir: Path) -> Path:
    return data_dir / "photos" / "parts"


def forget_parts(data_dir: Path, older_than_s: float = 86_400.0) -> int:
    """Delete what a process that was killed left half written; how many went."""
    left = [
        file for file in _parts(data_dir).glob("*.part") if time.time() - file.stat().st_mtime > older_than_s
    ]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)
