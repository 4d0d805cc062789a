"""The Thunderbird community of support.mozilla.org: gzipped JSON, one object a line, names replaced by pseudonyms.

Replies are flat there. What the asker writes under their own question is a comment on the latest reply above it, unless
they chose it as the solution. «Helpful» counts become votes of numbered hidden accounts, given when the reply was.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.importers.archive import reading
from app.importers.damage import (
    COUNT,
    NAME,
    NUMBER,
    TEXT,
    TIME,
    Damages,
    Fields,
    instant,
    is_number,
    is_text,
    optional,
    problem,
)
from app.importers.records import (
    AcceptanceRecord,
    AnswerRecord,
    Author,
    CommentRecord,
    DuplicateRecord,
    MeToosRecord,
    PersonRecord,
    QuestionRecord,
    Record,
    Skipped,
    SourceText,
    VotesRecord,
)
from app.importers.running import Step

SITE = "https://support.mozilla.org/"
QUESTIONS, ANSWERS, LINKS = "questions.jsonl.gz", "answers.jsonl.gz", "question_links.jsonl.gz"
TAKEN_DOWN = "it was taken down"
QUESTION_GONE = "its question is missing or taken down"
Row = dict[str, Any]
_COPY = re.compile(r"_\d+$")
_FLAG = (lambda value: value is None or isinstance(value, bool)), "true or false"
_TAGS = (lambda value: isinstance(value, list) and all(map(is_text, value))), "a list of words"
FIELDS: Mapping[str, Fields] = {
    QUESTIONS: {
        "id": NUMBER, "asker": NAME, "asked_at": TIME, "title": NAME, "body_html": TEXT, "locale": TEXT, "tags": _TAGS,
        "accepted_answer_id": (optional(is_number), "a whole number"), "same_problem_votes": COUNT, "locked": _FLAG,
        "taken_down": _FLAG,
    },
    ANSWERS: {
        "id": NUMBER, "question_id": NUMBER, "author": NAME, "answered_at": TIME, "body_html": TEXT, "helpful": COUNT,
        "unhelpful": COUNT, "taken_down": _FLAG,
    },
    LINKS: {"query_id": NUMBER, "target_id": NUMBER, "kind": NAME, "asked_at": TIME},
}  # fmt: skip
"""What each row must have to be used."""


@dataclass(slots=True)
class _Thread:
    """What later steps must know of a question."""

    asker: str
    asked_at: str
    solution: int | None


class Thunderbird:
    """A folder with the files of the community."""

    name = "thunderbird"
    space_slug = "thunderbird"
    space_name = "Thunderbird"
    space_purpose = (
        "Help with the Thunderbird mail program. Questions and answers of the community at support.mozilla.org, "
        "2023 to 2025, under Creative Commons Attribution-ShareAlike 3.0; names replaced."
    )

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        """Read from ``folder``; ``limit`` takes only the first questions and what belongs to them.

        Raises:
            FileNotFoundError: when a file that must be there is missing.

        """
        self._folder, self._limit = folder, limit
        self.damages = Damages()
        for name in (QUESTIONS, ANSWERS):
            if not (folder / name).is_file():
                raise FileNotFoundError(folder / name)
        self._open_threads: dict[int, _Thread] | None = None

    def steps(self) -> Sequence[Step]:
        """Return what to take over, in order."""
        return (
            self._step("people", self._people, QUESTIONS, ANSWERS),
            self._step("questions", self._questions, QUESTIONS),
            self._step("answers", self._answers, ANSWERS),
            self._step("follow-ups", self._follow_ups, ANSWERS),
            self._step("votes", self._votes, ANSWERS),
            self._step("me-toos", self._me_toos, QUESTIONS),
            self._step("accepted answers", self._acceptances, QUESTIONS, ANSWERS),
            self._step("links", self._links, LINKS),
        )

    def _step(self, name: str, records: Callable[[], Iterator[Record]], *files: str) -> Step:
        sizes = [f"{f}:{(self._folder / f).stat().st_size}" for f in files if (self._folder / f).is_file()]
        return Step(name, f"{' '.join(sizes)} limit:{self._limit}", records)

    def _rows(self, name: str) -> Iterator[Row]:
        """Stream the rows of a file that can be used; note the others.

        Raises:
            UnreadableDump: when the file is cut short or no gzip.

        """
        path = self._folder / name
        if not path.is_file():
            return
        with reading(name), gzip.open(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    row, why = _parsed(line, FIELDS[name])
                    if why:
                        self.damages.note(name, number, why)
                    else:
                        yield row

    def _question_rows(self) -> Iterator[Row]:
        for number, row in enumerate(self._rows(QUESTIONS)):
            if self._limit is not None and number >= self._limit:
                return
            yield row

    def _answer_rows(self) -> Iterator[tuple[Row, _Thread | None]]:
        """Give every reply with the thread it belongs to; None when that question is missing or taken down."""
        for row in self._rows(ANSWERS):
            thread = self._threads.get(row["question_id"])
            if thread is not None or self._limit is None:
                yield row, thread

    @property
    def _threads(self) -> dict[int, _Thread]:
        if self._open_threads is None:
            self._open_threads = {
                row["id"]: _Thread(row["asker"], row["asked_at"], row["accepted_answer_id"])
                for row in self._question_rows()
                if not row["taken_down"]
            }
        return self._open_threads

    def _people(self) -> Iterator[Record]:
        first: dict[str, str] = {}
        for row in self._question_rows():
            first[row["asker"]] = min(row["asked_at"], first.get(row["asker"], row["asked_at"]))
        for row, _ in self._answer_rows():
            first[row["author"]] = min(row["answered_at"], first.get(row["author"], row["answered_at"]))
        for pseudonym, at in first.items():
            yield PersonRecord(pseudonym, _author(pseudonym).name, instant(at))

    def _questions(self) -> Iterator[Record]:
        for row in self._question_rows():
            if row["taken_down"]:
                yield Skipped(TAKEN_DOWN)
                continue
            asked_at = instant(row["asked_at"])
            yield QuestionRecord(
                key=str(row["id"]),
                author=_author(row["asker"]),
                title=row["title"].strip(),
                text=SourceText(row["body_html"], base=SITE),
                asked_at=asked_at,
                language=_language(row["locale"]),
                tags=tuple(_COPY.sub("", tag) for tag in row["tags"]),
                closed_at=asked_at if row["locked"] else None,
                closing_note="Locked at support.mozilla.org." if row["locked"] else "",
            )

    def _answers(self) -> Iterator[Record]:
        languages = {row["id"]: _language(row["locale"]) for row in self._question_rows()}
        for row, thread in self._answer_rows():
            if (problem := _problem(row, thread)) is not None:
                yield problem
            elif thread is not None and not _is_follow_up(row, thread):
                yield AnswerRecord(
                    key=str(row["id"]),
                    question_key=str(row["question_id"]),
                    author=_author(row["author"]),
                    text=SourceText(row["body_html"], base=SITE),
                    posted_at=instant(row["answered_at"]),
                    language=languages[row["question_id"]],
                )

    def _follow_ups(self) -> Iterator[Record]:
        last_reply: dict[int, int] = {}
        for row, thread in self._answer_rows():
            if thread is None or row["taken_down"]:
                continue
            question_id = row["question_id"]
            if not _is_follow_up(row, thread):
                last_reply[question_id] = row["id"]
                continue
            yield CommentRecord(
                key=str(row["id"]),
                post_key=str(last_reply.get(question_id, question_id)),
                author=_author(row["author"]),
                text=SourceText(row["body_html"], base=SITE),
                posted_at=instant(row["answered_at"]),
            )

    def _votes(self) -> Iterator[Record]:
        for row, thread in self._answer_rows():
            up, down = row["helpful"] or 0, row["unhelpful"] or 0
            if not up + down or thread is None or row["taken_down"]:
                continue
            if _is_follow_up(row, thread):
                yield Skipped("a vote on the asker's own follow-up, which is a comment here")
            else:
                yield VotesRecord(str(row["id"]), str(row["id"]), up, down, instant(row["answered_at"]))

    def _me_toos(self) -> Iterator[Record]:
        for row in self._question_rows():
            if row["same_problem_votes"] and not row["taken_down"]:
                key = str(row["id"])
                yield MeToosRecord(key, key, row["same_problem_votes"], instant(row["asked_at"]))

    def _acceptances(self) -> Iterator[Record]:
        solutions = {t.solution for t in self._threads.values() if t.solution is not None}
        times = {row["id"]: row["answered_at"] for row, _ in self._answer_rows() if row["id"] in solutions}
        for solution in sorted(solutions):
            if solution in times:
                yield AcceptanceRecord(str(solution), instant(times[solution]))
            else:
                yield Skipped("the accepted answer is missing")

    def _links(self) -> Iterator[Record]:
        for row in self._rows(LINKS):
            query, target = row["query_id"], row["target_id"]
            if self._limit is not None and query not in self._threads:
                continue
            if row["kind"] != "duplicate":
                yield Skipped("a related question, not the same one")
            elif query == target:
                yield Skipped("a question that repeats itself")
            else:
                yield DuplicateRecord(f"{query}-{target}", str(query), str(target), instant(row["asked_at"]))


def _problem(row: Row, thread: _Thread | None) -> Skipped | None:
    if row["taken_down"]:
        return Skipped(TAKEN_DOWN)
    return Skipped(QUESTION_GONE) if thread is None else None


def _is_follow_up(row: Row, thread: _Thread) -> bool:
    return bool(row["author"] == thread.asker and row["id"] != thread.solution)


def _author(pseudonym: str) -> Author:
    """Make ``Member ac5664`` of the pseudonym ``u_ac5664de55``."""
    return Author(pseudonym, f"Member {pseudonym.removeprefix('u_')[:6]}")


def _language(locale: str) -> str:
    return locale.partition("-")[0].lower() or "en"


def _parsed(line: bytes, fields: Fields) -> tuple[Row, str]:
    """Return a line's row, and what is wrong with it."""
    try:
        row = json.loads(line.decode("utf-8-sig").strip())
    except UnicodeDecodeError:
        return {}, "it is not UTF-8"
    except (ValueError, RecursionError) as error:
        return {}, f"it is no JSON: {error}"
    return (row, problem(row, fields)) if isinstance(row, dict) else ({}, "it is no JSON object")
