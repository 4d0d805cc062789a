from __future__ import annotations

import io
import os
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from app.identity.avatars import LARGEST_BYTES, SIDE, AvatarFolder, make_avatar
from app.identity.services.profiles import set_avatar
from app.identity.services.tidying import forget_lost_pictures
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.clock import FixedClock
from tests.support.factories import Make


def picture(size=(600, 400), kind="JPEG", mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 90).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("GIF", "P")]
)
def test_any_picture_becomes_a_small_square_webp(kind, mode) -> None:
    with Image.open(io.BytesIO(make_avatar(picture(kind=kind, mode=mode)))) as small:
        assert (small.format, small.size) == ("WEBP", (SIDE, SIDE))


def test_where_and_with_what_a_picture_was_taken_is_removed() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A telling camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    small = make_avatar(picture(exif=exif))
    with Image.open(io.BytesIO(small)) as shown:
        assert not shown.getexif()
    assert b"telling" not in small


def test_a_picture_is_turned_the_way_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    source = Image.new("RGB", (400, 400), "white")
    source.paste("black", (0, 0, 400, 200))
    out = io.BytesIO()
    source.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(make_avatar(out.getvalue()))) as shown:
        row = list(shown.convert("L").crop((0, SIDE // 2, SIDE, SIDE // 2 + 1)).tobytes())
    assert row[-20] < 60 < row[20]


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 2.5 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = (50_000).to_bytes(4, "big")
    header = size + size + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "identity.avatar_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "identity.avatar_unreadable"),
        (b"GIF89a", "identity.avatar_unreadable"),
        (picture()[:300], "identity.avatar_unreadable"),
        (picture(kind="BMP"), "identity.avatar_unreadable"),
        (b"\0" * (LARGEST_BYTES + 1), "identity.avatar_too_big"),
        (bomb(), "identity.avatar_too_many_pixels"),
        (picture(size=(9000, 9000), kind="PNG", mode="1"), "identity.avatar_too_many_pixels"),
    ],
    ids=["nothing", "svg", "stub", "torn", "bmp", "big", "bomb", "pixels"],
)
def test_what_is_no_picture_is_refused(data, reason) -> None:
    with pytest.raises(Invalid) as caught:
        make_avatar(data)
    assert caught.value.reason == reason


def test_the_folder_serves_only_keys_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret.webp").write_bytes(b"no")
    folder = AvatarFolder(tmp_path / "avatars")
    folder.save("ab" * 16, b"yes")
    assert folder.load("ab" * 16) == b"yes"
    assert folder.load("cd" * 16) is None
    assert folder.load("../secret") is None
    folder.delete("../secret")
    folder.delete("ab" * 16)
    folder.delete("ab" * 16)
    assert folder.load("ab" * 16) is None
    assert (tmp_path / "secret.webp").exists()


def test_what_a_crash_left_of_a_picture_is_swept(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, tmp_path: Path
) -> None:
    shown, lost, half, young = "aa" * 16, "ab" * 16, "ba" * 16, "bb" * 16
    folder = AvatarFolder(tmp_path)
    for key in (shown, lost, young):
        folder.save(key, b"picture")
    ann = make.actor(make.user())
    with unit_of_work() as uow:
        set_avatar(uow, ann, shown)
    (tmp_path / "ba").mkdir()
    (tmp_path / "ba" / f"{half}.part").write_bytes(b"pic")
    (tmp_path / "ba" / "notes.webp").write_bytes(b"none of ours")
    for path in tmp_path.glob("??/*"):
        written = (clock.now() - timedelta(hours=23 if path.stem == young else 25)).timestamp()
        os.utime(path, (written, written))

    assert forget_lost_pictures(unit_of_work, folder) == 2

    kept = sorted(path.name for path in tmp_path.glob("??/*"))
    assert kept == sorted([f"{shown}.webp", f"{young}.webp", "notes.webp"])
