from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from app.importers.archive import Dump, UnreadableDump
from tests.importers.support import FILES, write_dump


def tar(
    path: Path, names: dict[str, bytes], *, link: str | None = None, kind: Literal["w:gz", "w:xz"] = "w:gz"
) -> Path:
    with tarfile.open(path, kind) as archive:
        for name, content in names.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link is not None:
            member = tarfile.TarInfo("Posts.xml")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return path


def zipped(path: Path, names: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(params=["folder", "tar", "zip"])
def dump(request, tmp_path) -> Dump:
    files = {f"site/{name}": content for name, content in FILES.items()}
    make = {
        "folder": lambda: write_dump(tmp_path / "site"),
        "tar": lambda: tar(tmp_path / "dump.tar.gz", files),
        "zip": lambda: zipped(tmp_path / "dump.zip", files),
    }
    return Dump(make[request.param]())


def test_a_dump_reads_the_same_from_a_folder_and_from_archives(dump):
    for name, content in FILES.items():
        assert dump.size(name) == len(content)
        with dump.open(name) as file:
            assert file.read() == content
    assert dump.size("Badges.xml") is None


@pytest.mark.parametrize(
    "place", ["../Posts.xml", "/etc/Posts.xml", "a/../../Posts.xml", "C:/Posts.xml", "..\\Posts.xml"]
)
@pytest.mark.parametrize("make", [tar, zipped])
def test_an_archive_that_points_outside_of_itself_is_refused(make, tmp_path, place):
    with pytest.raises(UnreadableDump, match="points outside"):
        Dump(make(tmp_path / "bad", {place: b"x"}))


def test_an_archive_with_links_is_refused(tmp_path):
    with pytest.raises(UnreadableDump, match="link or a device"):
        Dump(tar(tmp_path / "bad.tar.gz", {}, link="/etc/passwd"))


def test_any_other_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(UnreadableDump, match="neither"):
        Dump(tmp_path / "notes.txt")
