"""Pictures of people: whatever comes in, a small WebP without any hidden data goes out."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from app.kernel.errors import Invalid

SIDE = 256
"""Pixels of the square that is kept."""
LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82
KEY = re.compile(r"[0-9a-f]{32}")
WHOLE, PART = ".webp", ".part"


def make_avatar(data: bytes) -> bytes:
    """Return the square WebP of an uploaded picture; position, camera and all other metadata are dropped.

    Raises:
        Invalid: when it is too big, has too many pixels, or is no picture.

    """
    if len(data) > LARGEST_BYTES:
        raise Invalid("avatar", "identity.avatar_too_big", megabytes=LARGEST_BYTES // 1024 // 1024)
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the next line is stricter
            _ensure_few_pixels(picture)
            picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded at a fraction of its size
            return _encode(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise Invalid("avatar", "identity.avatar_too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid("avatar", "identity.avatar_unreadable") from error


def _ensure_few_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:  # known from the header, before anything is decoded
        raise Invalid("avatar", "identity.avatar_too_many_pixels")


def _encode(picture: Image.Image) -> bytes:
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    square = ImageOps.fit(picture.convert("RGBA" if has_alpha else "RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    plain = Image.new(square.mode, square.size)
    plain.paste(square)  # a new picture has no metadata
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


class AvatarFolder:
    """Pictures in a folder; the embedded adapter of ``ports.AvatarStore``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, key: str, picture: bytes) -> None:
        """Keep a picture under a new key; a reader never sees half of it."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(PART)
        part.write_bytes(picture)
        part.replace(path)

    def load(self, key: str) -> bytes | None:
        """Return a picture, or None when there is none of that key."""
        if not KEY.fullmatch(key):
            return None
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Forget a picture, or the half of one."""
        if KEY.fullmatch(key):
            self._path(key).unlink(missing_ok=True)
            self._path(key).with_suffix(PART).unlink(missing_ok=True)

    def keys(self, before: datetime) -> Iterator[str]:
        """Give the keys of pictures that were kept before a time; what else lies in the folder is none of ours."""
        for path in self._folder.glob("??/*"):
            ours = path.suffix in {WHOLE, PART} and KEY.fullmatch(path.stem) and path.parent.name == path.stem[:2]
            if ours and _written_before(path, before):
                yield path.stem

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{WHOLE}"


def _written_before(path: Path, instant: datetime) -> bool:
    try:
        return path.stat().st_mtime < instant.timestamp()
    except FileNotFoundError:  # forgotten since the folder was listed
        return False
