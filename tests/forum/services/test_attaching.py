from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import access_attachment
from app.forum.files import FileFolder
from app.forum.models.answer import Attachment
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.attaching import FILES_PER_DAY, AttachFile, attach_file, forget_loose_files, forget_lost_files
from app.forum.services.drafting import SaveDraft, discard_draft, save_draft
from app.forum.sniffing import SniffedFile, sniff_file
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich

LIMIT = 1024 * 1024
LOG = SniffedFile("vpn.log", "text/plain", b"09:12 tunnel down\n")


@pytest.fixture
def store(tmp_path: Path) -> FileFolder:
    return FileFolder(tmp_path)


def picture(form: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.log", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kept_as", "kind"),
    [
        ("shot.png", picture("PNG"), "shot.png", "image/png"),
        ("photo.JPEG", picture("JPEG"), "photo.JPEG.jpg", "image/jpeg"),
        ("shot.webp", picture("WEBP"), "shot.webp", "image/webp"),
        ("old.gif", picture("GIF"), "old.gif.png", "image/png"),
        ("lies.txt", picture("PNG"), "lies.txt.png", "image/png"),
        ("vpn.log", b"09:12 down\r\n", "vpn.log", "text/plain"),
        ("utf16.log", "Größe".encode("utf-16"), "utf16.log", "text/plain"),
        ("ansi.log", "Größe".encode("cp1252"), "ansi.log", "text/plain"),
        ("trace", b"at a.b(c)", "trace.txt", "text/plain"),
        ("..\\..\\etc/pass\u202ewd.log", b"x", "passwd.log", "text/plain"),
        ("logs.zip", archive(), "logs.zip", "application/zip"),
        ("guide.pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "guide.pdf", "application/pdf"),
    ],
)
def test_a_file_is_kept_as_what_it_is(name: str, data: bytes, kept_as: str, kind: str) -> None:
    file = sniff_file(name, data, LIMIT)

    assert (file.name, file.media_type) == (kept_as, kind)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"hello"),
        ("page.txt", b"<!DOCTYPE html><html>"),
        ("note.log", b"\n\n <SCRIPT >alert(1)</script>"),
        ("drawing.svg", b"x"),
        ("drawing.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">'),
        ("tool.exe", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("tool.log", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("sheet.xlsx", archive()),
        ("movie.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00"),
        ("broken.png", picture("PNG")[:40]),
        ("empty.log", b""),
        ("long.log", b"x" * (LIMIT + 1)),
    ],
)
def test_other_files_are_refused(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        sniff_file(name, data, LIMIT)

    assert refusal.value.field == "file"


def test_a_picture_loses_its_hidden_data_and_its_excess() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 52.52, 13.40"
    data = picture("JPEG", (5000, 100), exif=exif, comment=b"secret place")

    file = sniff_file("photo.jpg", data + b"<script>", LIMIT)

    with Image.open(io.BytesIO(file.data)) as kept:
        assert kept.size == (4096, 82) == (file.width, file.height)
        assert not kept.getexif()
        assert "comment" not in kept.info
    assert b"secret" not in file.data
    assert b"script" not in file.data


@pytest.mark.parametrize("side", [7_100, 13_400], ids=["by our limit", "by Pillow's"])
def test_a_picture_that_would_unpack_to_hundreds_of_megabytes_is_refused(side: int) -> None:
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")

    with pytest.raises(Invalid, match="too_many_pixels"):
        sniff_file("bomb.png", bomb.getvalue(), LIMIT)


def test_a_file_is_its_uploaders_until_a_text_names_it(
    make: Make, unit_of_work: UnitOfWorkFactory, session: Session, store: FileFolder
) -> None:
    question = make.question()
    ann, ben = make.actor(make.user()), make.actor(make.user())
    with unit_of_work() as uow:
        key = attach_file(uow, ann, AttachFile(LOG), store).key

    with pytest.raises(NotFound):
        access_attachment(session, ben, key)
    with unit_of_work() as uow:
        post_answer(uow, ben, PostAnswer(question.id, rich("not mine", files=(key,))))
    with pytest.raises(NotFound):
        access_attachment(session, ben, key)
    with unit_of_work() as uow:
        post_answer(uow, ann, PostAnswer(question.id, rich(f"see [the log](/files/{key}/vpn.log)", files=(key,))))
    session.rollback()
    found = access_attachment(session, ben, key)
    assert (found.name, found.uploader_id) == ("vpn.log", ann.id)
    stream = store.open(key)
    assert stream is not None
    with stream:
        assert stream.read() == LOG.data


def test_a_day_has_room_for_so_many_files(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, store: FileFolder
) -> None:
    ann = make.actor(make.user())
    with unit_of_work() as uow:
        for _ in range(FILES_PER_DAY):
            attach_file(uow, ann, AttachFile(LOG), store)
    with pytest.raises(Invalid, match="too_many_files"), unit_of_work() as uow:
        attach_file(uow, ann, AttachFile(LOG), store)

    clock.advance(hours=24)
    with unit_of_work() as uow:
        attach_file(uow, ann, AttachFile(LOG), store)


def test_files_that_no_text_names_are_forgotten_after_a_day(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, store: FileFolder, session: Session
) -> None:
    question = make.question()
    ann = make.actor(make.user())
    with unit_of_work() as uow:
        lost, named = (attach_file(uow, ann, AttachFile(LOG), store).key for _ in range(2))
        post_answer(uow, ann, PostAnswer(question.id, rich("see the log", files=(named,))))
    clock.advance(hours=25)
    with unit_of_work() as uow:
        fresh = attach_file(uow, ann, AttachFile(LOG), store).key

    assert forget_loose_files(unit_of_work, store) == 1
    assert forget_loose_files(unit_of_work, store) == 0
    assert set(session.scalars(select(Attachment.key))) == {named, fresh}
    assert [store.open(lost), *map(_closed, (store.open(named), store.open(fresh)))] == [None, True, True]


def test_a_file_waits_as_long_as_the_draft_that_names_it(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, store: FileFolder, session: Session
) -> None:
    question, user, other = make.question(), make.user(), make.user()
    with unit_of_work() as uow:
        key = attach_file(uow, make.actor(user), AttachFile(LOG), store).key
    place, words = f"answer:{question.id}", {"body": f"See [the log](/files/{key}/vpn.log)."}
    for writer in (user, other):
        with unit_of_work() as uow:
            save_draft(uow, make.actor(writer), SaveDraft(place, words))
    clock.advance(hours=72)

    assert forget_loose_files(unit_of_work, store) == 0
    with unit_of_work() as uow:
        discard_draft(uow, make.actor(user), place)  # the other draft names a file of somebody else
    assert forget_loose_files(unit_of_work, store) == 1
    assert session.scalars(select(Attachment.key)).all() == []


def _closed(stream: object) -> bool:
    assert isinstance(stream, io.BufferedReader)
    stream.close()
    return True


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a" * 200, "abc/defghijklmnopqrstuvw"])
def test_a_made_up_key_opens_nothing(store: FileFolder, key: str) -> None:
    assert store.open(key) is None


def aged(folder: Path, clock: FixedClock, hours: int) -> None:
    at = (clock.now() - timedelta(hours=hours)).timestamp()
    for path in folder.glob("??/*"):
        os.utime(path, (at, at))


def test_what_a_crash_left_between_the_file_and_its_row_is_swept(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, store: FileFolder, tmp_path: Path
) -> None:
    ann = make.actor(make.user())
    with unit_of_work() as uow:
        key = attach_file(uow, ann, AttachFile(LOG), store).key
    with pytest.raises(ConnectionError), unit_of_work() as uow:
        attach_file(uow, ann, AttachFile(LOG), store)
        raise ConnectionError
    half = tmp_path / "ab" / ("ab" + "c" * 22 + ".part")
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    (tmp_path / "ab" / "notes.txt").write_text("none of ours")
    aged(tmp_path, clock, 23)
    assert forget_lost_files(unit_of_work, store) == 0, "it may belong to somebody who is sending it now"

    aged(tmp_path, clock, 25)
    assert forget_lost_files(unit_of_work, store) == 2
    assert sorted(path.name for path in tmp_path.glob("??/*")) == sorted([key, "notes.txt"])
