from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli import imports as command
from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.importers import running
from app.importers.archive import Dump, UnreadableDump
from app.importers.damage import LISTED, Damages
from app.importers.running import run_import
from app.importers.stackexchange import StackExchange
from app.importers.thunderbird import Thunderbird
from tests.importers.support import FILES, TextsHere, write_dump, write_thunderbird
from tests.importers.test_archive import tar, zipped


@pytest.fixture
def bring_in(runtime):
    def bring(source):
        run_import(source, runtime.unit_of_work, runtime.reads, TextsHere())
        return [(row.file, row.line, row.why) for row in source.damages.rows]

    return bring


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def put(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))


def titles(session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Question.title).order_by(Question.title)))


DAMAGE = [
    (b'{"id": 7, "title": "cut o', "it is no JSON: Unterminated string starting at: line 1 column 20 (char 19)"),
    (b"[1, 2]", "it is no JSON object"),
    (b'{"id": "\xff"}', "it is not UTF-8"),
    (b'{"title": "No number"}', "id is missing"),
]
FIELDS = [
    ({"asked_at": "yesterday"}, "asked_at is not a time"),
    ({"asked_at": "0001-01-01T00:00:00+09:00"}, "asked_at is not a time"),
    ({"id": 10**30}, "id is not a whole number"),
    ({"same_problem_votes": 10**9}, "same_problem_votes is not a number of votes"),
    ({"title": "a\x00b"}, "title is not text with something in it"),
    ({"body_html": "half of a character: \ud800"}, "body_html is not text"),
    ({"tags": "mail"}, "tags is not a list of words"),
    ({"asker": None}, "asker is missing"),
]


@pytest.mark.parametrize(("line", "why"), DAMAGE)
def test_a_damaged_line_is_left_out_and_named_and_the_others_come_in(bring_in, session, tmp_path, line, why):
    path = write_thunderbird(tmp_path) / "questions.jsonl.gz"
    put(path, [line if number == 1 else good for number, good in enumerate(lines_of(path))])
    assert bring_in(Thunderbird(tmp_path)) == [("questions.jsonl.gz", 2, why)]
    assert titles(session) == ["Question 1", "Question 4"]


@pytest.mark.parametrize(("fields", "why"), FIELDS)
def test_a_row_with_an_impossible_field_is_left_out_and_named(bring_in, session, tmp_path, fields, why):
    path = write_thunderbird(tmp_path) / "questions.jsonl.gz"
    lines = lines_of(path)
    lines[1] = json.dumps({**json.loads(lines[1]), **fields}).encode()
    put(path, lines)
    assert bring_in(Thunderbird(tmp_path)) == [("questions.jsonl.gz", 2, why)]
    assert titles(session) == ["Question 1", "Question 4"]


@pytest.mark.parametrize(
    ("good", "bad", "why"),
    [
        (b'Id="11"', b'Idd="11"', "Id is missing"),
        (b'CreationDate="2020-03-01T10:00:00.000"', b'CreationDate="1st of March"', "CreationDate is not a time"),
        (b'ViewCount="172"', b'ViewCount="many"', "ViewCount is not a whole number"),
    ],
)
def test_a_damaged_row_of_stack_exchange_is_left_out_and_named(bring_in, session, tmp_path, good, bad, why):
    write_dump(tmp_path, {**FILES, "Posts.xml": FILES["Posts.xml"].replace(good, bad)})
    assert bring_in(StackExchange(Dump(tmp_path), "Conlang")) == [("Posts.xml", 2, why)]
    assert titles(session) == ["New spelling"]


def test_a_row_is_counted_once_and_a_long_list_is_cut():
    damages = Damages()
    for _reading in range(2):
        for line in range(1, LISTED + 3):
            damages.note("a.xml", line, "it is broken")
    assert (damages.count, len(damages.rows)) == (LISTED + 2, LISTED)


def broken_zip(path: Path) -> Path:
    zipped(path, FILES)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("Posts.xml").header_offset
    content = bytearray(path.read_bytes())
    content[start + 200] ^= 0xFF
    path.write_bytes(content)
    return path


def cut(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: broken_zip(folder / "dump.zip"),
        lambda folder: cut(zipped(folder / "dump.zip", FILES)),
        lambda folder: cut(tar(folder / "dump.tar.gz", FILES)),
        lambda folder: cut(tar(folder / "dump.tar.xz", FILES, kind="w:xz")),
    ],
    ids=["a changed byte in a zip", "half a zip", "half a tar.gz", "half a tar.xz"],
)
def test_a_damaged_archive_ends_in_a_sentence(app, tmp_path, monkeypatch, make):
    monkeypatch.setattr(command, "TextPool", TextsHere)
    ended = app.test_cli_runner().invoke(command.imports, ["stackexchange", str(make(tmp_path))])
    assert ended.exit_code == 1
    assert "damaged or cut short" in ended.output
    assert "Traceback" not in ended.output
    assert isinstance(ended.exception, SystemExit)


def test_what_came_in_before_a_file_was_cut_short_stays_and_the_whole_file_brings_the_rest(
    app, session, tmp_path, monkeypatch
):
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "AHEAD", 0)
    monkeypatch.setattr(command, "TextPool", TextsHere)
    links = write_thunderbird(tmp_path) / "question_links.jsonl.gz"
    whole = links.read_bytes()
    cut(links)
    run = app.test_cli_runner()
    first = run.invoke(command.imports, ["thunderbird", str(tmp_path)])
    assert first.exit_code == 1
    assert "question_links.jsonl.gz is damaged or cut short" in first.output
    assert "What was imported until here stays." in first.output
    assert titles(session) == ["Question 1", "Question 2", "Question 4"]

    links.write_bytes(whole)
    second = run.invoke(command.imports, ["thunderbird", str(tmp_path)])
    assert second.exit_code == 0, second.output
    assert "questions: 0 new, 0 already there, resumed after row 4" in second.output
    assert "links: 1 new" in second.output
    assert session.scalar(select(func.count(Answer.id))) == 2


def test_the_report_names_damaged_rows(app, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "TextPool", TextsHere)
    answers = write_thunderbird(tmp_path) / "answers.jsonl.gz"
    put(answers, [*lines_of(answers), b'{"id": 9'])
    ended = app.test_cli_runner().invoke(command.imports, ["thunderbird", str(tmp_path)])
    assert ended.exit_code == 0, ended.output
    assert "1 damaged row left out:\n    answers.jsonl.gz, row 7: it is no JSON" in ended.output


def test_a_locked_zip_is_refused_in_words(tmp_path):
    path = zipped(tmp_path / "dump.zip", FILES)
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    path.write_bytes(content)
    with pytest.raises(UnreadableDump, match=r"Posts\.xml cannot be unpacked"), Dump(path).open("Posts.xml") as file:
        file.read()
