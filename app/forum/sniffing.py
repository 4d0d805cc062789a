"""Find out what an uploaded file really is. Its name and what the browser calls it are not believed.

Pictures are drawn anew, so that nothing hidden in them is kept: no position, no camera, no second file behind the
first. Logs, PDF and ZIP files are kept as they are and only ever offered for download. Everything else, HTML and SVG
above all, is refused.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from app.kernel.errors import Invalid

SIDE_MAX = 4096
"""Pixels of the longer side that are kept."""
PIXELS_MAX = 50_000_000
"""Pixels of a picture that we unpack at all: about 200 MB of memory."""
NAME_MAX = 120
HEAD = 4096
"""Characters at the beginning of a text in which its kind shows."""

PICTURES = {"image/png": ("PNG", ".png"), "image/jpeg": ("JPEG", ".jpg"), "image/webp": ("WEBP", ".webp")}
"""How pictures are kept: everything else that Pillow reads here becomes PNG."""
_READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_KEPT_AS_IS = {"application/pdf": (b"%PDF-", ".pdf"), "application/zip": (b"PK\x03\x04", ".zip")}
_ACTIVE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|script|svg|iframe|[\w-]+:(?:svg|html|script))[\s>/]",
    re.IGNORECASE,
)
_ACTIVE_NAMES = (".html", ".htm", ".xhtml", ".shtml", ".mht", ".svg", ".svgz", ".hta", ".swf")
_TEXT_NAME = re.compile(
    r"\.(?:txt|log|csv|md|json|ya?ml|ini|cfg|conf|xml|reg|ps1|bat|cmd|sh|py|sql|out|err)$", re.IGNORECASE
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SniffedFile:
    """A file as it is kept; width and height in pixels for pictures."""

    name: str
    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None


def sniff_file(name: str, data: bytes, max_bytes: int) -> SniffedFile:
    """Return a file fit to be kept; takes up to a second for a large picture, so call it outside a transaction.

    Raises:
        Invalid: field ``file``, when it is empty, too big, unreadable or of a kind that is not kept.

    """
    if not data:
        raise Invalid("file", "forum.file_empty")
    if len(data) > max_bytes:
        raise Invalid("file", "forum.file_too_big", megabytes=max_bytes // 1024 // 1024)
    if name.lower().endswith(_ACTIVE_NAMES):
        raise Invalid("file", "forum.file_kind_refused")
    kind = _magic(name, data)
    if kind.startswith("image/"):
        return _picture(name, data)
    for media_type, (magic, ending) in _KEPT_AS_IS.items():
        if data.startswith(magic) and name.lower().endswith(ending):
            return SniffedFile(_clean_name(name, ending), media_type, data)
    return _text(name, data)


def _magic(name: str, data: bytes) -> str:
    try:
        return str(puremagic.from_string(data, mime=True, filename=name))
    except (puremagic.PureError, ValueError):
        return ""


def _picture(name: str, data: bytes) -> SniffedFile:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=_READABLE) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the next line is stricter
            if picture.width * picture.height > PIXELS_MAX:
                raise Invalid("file", "forum.picture_too_many_pixels")
            media_type = Image.MIME.get(picture.format or "", "")
            media_type = media_type if media_type in PICTURES else "image/png"
            return _redrawn(name, media_type, ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise Invalid("file", "forum.picture_too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid("file", "forum.picture_unreadable") from error


def _redrawn(name: str, media_type: str, picture: Image.Image) -> SniffedFile:
    """Copy the pixels into a new picture, which has no metadata."""
    form, ending = PICTURES[media_type]
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    pixels = picture.convert("RGBA" if has_alpha and form != "JPEG" else "RGB")
    pixels.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    plain = Image.new(pixels.mode, pixels.size)
    plain.paste(pixels)
    out = io.BytesIO()
    plain.save(out, form, **({"quality": 88} if form != "PNG" else {"optimize": False}))
    return SniffedFile(_clean_name(name, ending), media_type, out.getvalue(), *plain.size)


def _text(name: str, data: bytes) -> SniffedFile:
    text = _decoded(data)
    if text is None or _CONTROLS.search(text) or _ACTIVE.search(text[:HEAD]):
        raise Invalid("file", "forum.file_kind_refused")
    ending = "" if _TEXT_NAME.search(name) else ".txt"
    return SniffedFile(_clean_name(name, ending), "text/plain", text.encode())


def _decoded(data: bytes) -> str | None:
    """Read text as UTF-8, or as UTF-16 with its mark, or as Windows-1252 when nothing speaks against it."""
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _clean_name(name: str, ending: str) -> str:
    """Return a name without path, control and direction characters, that ends as its content wants."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", plain) if unicodedata.category(c)[0] != "C").strip(" .")
    stem = plain[: -len(ending)] if ending and plain.lower().endswith(ending) else plain
    return (stem or "file")[: NAME_MAX - len(ending)] + ending
