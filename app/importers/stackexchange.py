"""A Stack Exchange data dump: ``Users.xml``, ``Posts.xml`` and so on, one ``<row/>`` for each thing.

The form is described at https://meta.stackexchange.com/questions/2677. Files are streamed; entities other than XML's
own five are refused, so that a crafted file cannot fill the memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.importers.archive import Dump, UnreadableDump
from app.importers.damage import LARGEST_NUMBER, NAME, TIME, Damages, Fields, instant, is_time, optional, problem
from app.importers.history import revisions
from app.importers.records import (
    AcceptanceRecord,
    AnswerRecord,
    Author,
    CommentRecord,
    DuplicateRecord,
    FollowRecord,
    Markup,
    PersonRecord,
    QuestionRecord,
    Record,
    Skipped,
    SourceText,
    TagRecord,
    VotesRecord,
)
from app.importers.running import Step

USERS, POSTS, COMMENTS = "Users.xml", "Posts.xml", "Comments.xml"
VOTES, LINKS = "Votes.xml", "PostLinks.xml"
HISTORY, TAGS = "PostHistory.xml", "Tags.xml"
Row = dict[str, str]

QUESTION, ANSWER = "1", "2"
TAG_SUMMARY = "4"
OTHER_POSTS = {"3": "an orphaned tag wiki", "5": "the wiki of a tag"}
ACCEPTED, UP, DOWN, BOOKMARK = "1", "2", "3", "5"
OTHER_VOTES = {
    "4": "a flag", "6": "a vote to close", "7": "a vote to reopen", "8": "a bounty",
    "9": "a bounty", "10": "a vote to delete", "11": "a vote to undelete", "12": "a flag", "15": "a review",
    "16": "an approved edit",
}  # fmt: skip
"""Types of votes that have no counterpart here."""
DUPLICATE_LINK = "3"
MACHINE = "-1"
"""Id of the account that stands for the community itself."""

_TAGS = re.compile(r"[^<>|\s]+")
_THING: Fields = {"Id": NAME, "CreationDate": TIME}


def _is_digits(value: str | None) -> bool:
    return not value or (value.isdecimal() and int(value[:20]) <= LARGEST_NUMBER)


FIELDS: Mapping[str, Fields] = {
    USERS: _THING,
    POSTS: {**_THING, "ClosedDate": (optional(is_time), "a time"), "ViewCount": (_is_digits, "a whole number")},
    COMMENTS: _THING,
    VOTES: {**_THING, "PostId": NAME},
    LINKS: _THING,
    HISTORY: _THING,
    TAGS: {"TagName": NAME},
}
"""What each row must have to be used. XML has no NUL and no halves of characters."""


class StackExchange:
    """One site's dump. Its name, such as ``stackexchange-conlang``, keeps the ids of different sites apart."""

    def __init__(self, dump: Dump, site: str) -> None:
        """Read from ``dump``; ``site`` names the site in words, such as ``Quantum Computing``.

        Raises:
            UnreadableDump: when there are no posts in it.

        """
        if dump.size(POSTS) is None:
            raise UnreadableDump(f"there is no {POSTS} in it")
        slug = re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-") or "site"
        self._dump = dump
        self.damages = Damages()
        self.name = f"stackexchange-{slug}"
        self.space_slug = slug[:60].strip("-")
        self.space_name = site
        self.space_purpose = (
            f"Questions and answers of {site} at Stack Exchange, under Creative Commons Attribution-ShareAlike 4.0."
        )

    def steps(self) -> Sequence[Step]:
        """Return what to take over, in order. Questions come before answers, whatever the order of their numbers."""
        return (
            self._step("people", self._people, USERS),
            self._step("questions", self._questions, POSTS),
            self._step("answers", self._answers, POSTS),
            self._step("comments", self._comments, COMMENTS),
            self._step("votes", self._votes, VOTES),
            self._step("accepted answers", self._acceptances, POSTS, VOTES),
            self._step("links", self._links, LINKS),
            self._step("edits", self._edits, HISTORY),
            self._step("followers", self._followers, VOTES),
            self._step("tags", self._tags, TAGS, POSTS),
        )

    def _step(self, name: str, records: Callable[[], Iterator[Record]], *files: str) -> Step:
        return Step(name, " ".join(f"{f}:{self._dump.size(f)}" for f in files), records)

    def _rows(self, name: str) -> Iterator[Row]:
        """Stream the rows of a file that can be used and note the others; a file that is not there has none.

        Raises:
            UnreadableDump: when the file is no XML, uses entities, or is cut short.

        """
        if self._dump.size(name) is None:
            return
        with self._dump.open(name) as file:
            try:
                root, number = None, 0
                for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                    if root is None:
                        root = element
                    elif event == "end" and element.tag == "row":
                        number += 1
                        if why := problem(element.attrib, FIELDS[name]):
                            self.damages.note(name, number, why)
                        else:
                            yield dict(element.attrib)
                        root.clear()  # else every row stays in memory until the end
            except (ParseError, DefusedXmlException) as error:
                raise UnreadableDump(f"{name}: {error}") from error

    def _people(self) -> Iterator[Record]:
        for row in self._rows(USERS):
            about = row.get("AboutMe", "").strip()
            yield PersonRecord(
                key=row["Id"],
                name=row.get("DisplayName", "").strip() or f"user{row['Id']}",
                created_at=instant(row["CreationDate"]),
                place=row.get("Location", ""),
                about=SourceText(about) if about else None,
                hidden=row["Id"] == MACHINE,
            )

    def _questions(self) -> Iterator[Record]:
        for row in self._rows(POSTS):
            kind = row.get("PostTypeId")
            if kind in (ANSWER, TAG_SUMMARY):
                continue
            if kind != QUESTION:
                yield Skipped(OTHER_POSTS.get(kind or "", "neither question nor answer"))
            elif row.get("DeletionDate"):
                yield Skipped("it was deleted")
            else:
                closed = row.get("ClosedDate")
                yield QuestionRecord(
                    key=row["Id"],
                    author=_owner(row, "OwnerUserId", "OwnerDisplayName"),
                    title=" ".join(row.get("Title", "").split()) or f"Question {row['Id']}",
                    text=SourceText(row.get("Body", "")),
                    asked_at=instant(row["CreationDate"]),
                    tags=tuple(_TAGS.findall(row.get("Tags", ""))),
                    view_count=int(row.get("ViewCount") or 0),
                    closed_at=instant(closed) if closed else None,
                    closing_note="Closed at Stack Exchange." if closed else "",
                )

    def _answers(self) -> Iterator[Record]:
        for row in self._rows(POSTS):
            if row.get("PostTypeId") != ANSWER:
                continue
            if row.get("DeletionDate"):
                yield Skipped("it was deleted")
            else:
                yield AnswerRecord(
                    key=row["Id"],
                    question_key=row.get("ParentId", ""),
                    author=_owner(row, "OwnerUserId", "OwnerDisplayName"),
                    text=SourceText(row.get("Body", "")),
                    posted_at=instant(row["CreationDate"]),
                )

    def _comments(self) -> Iterator[Record]:
        for row in self._rows(COMMENTS):
            yield CommentRecord(
                key=row["Id"],
                post_key=row.get("PostId", ""),
                author=_owner(row, "UserId", "UserDisplayName"),
                text=SourceText(row.get("Text", ""), Markup.MARKDOWN),
                posted_at=instant(row["CreationDate"]),
            )

    def _votes(self) -> Iterator[Record]:
        for row in self._rows(VOTES):
            kind = row.get("VoteTypeId", "")
            if kind in (UP, DOWN):
                at = instant(row["CreationDate"])
                yield VotesRecord(row["Id"], row.get("PostId", ""), int(kind == UP), int(kind == DOWN), at)
            elif kind not in (ACCEPTED, BOOKMARK):
                yield Skipped(OTHER_VOTES.get(kind, "a vote of an unknown type"))

    def _acceptances(self) -> Iterator[Record]:
        """Give accepted answers; the day comes from the vote, and is never before the answer itself."""
        chosen = {row["AcceptedAnswerId"] for row in self._rows(POSTS) if row.get("AcceptedAnswerId")}
        days = {
            row["PostId"]: instant(row["CreationDate"])
            for row in self._rows(VOTES)
            if row.get("VoteTypeId") == ACCEPTED and row.get("PostId") in chosen
        }
        for row in self._rows(POSTS):
            if row["Id"] in chosen:
                chosen.discard(row["Id"])
                posted_at = instant(row["CreationDate"])
                yield AcceptanceRecord(row["Id"], max(posted_at, days.get(row["Id"], posted_at)))
        for _ in chosen:
            yield Skipped("the accepted answer is missing")

    def _links(self) -> Iterator[Record]:
        for row in self._rows(LINKS):
            ends = row.get("PostId", ""), row.get("RelatedPostId", "")
            if row.get("LinkTypeId") != DUPLICATE_LINK:
                yield Skipped("a related question, not the same one")
            elif ends[0] == ends[1]:
                yield Skipped("a question that repeats itself")
            else:
                yield DuplicateRecord(row["Id"], *ends, instant(row["CreationDate"]))

    def _edits(self) -> Iterator[Record]:
        return revisions(lambda: self._rows(HISTORY), lambda row: _owner(row, "UserId", "UserDisplayName"), instant)

    def _followers(self) -> Iterator[Record]:
        """Give bookmarks: whoever kept a question wants to hear of it."""
        for row in self._rows(VOTES):
            if row.get("VoteTypeId") == BOOKMARK:
                at = instant(row["CreationDate"])
                yield FollowRecord(row["Id"], row.get("PostId", ""), row.get("UserId", ""), at)

    def _tags(self) -> Iterator[Record]:
        """Give what tags are about: the summary that a tag points to, which is plain text."""
        pointing = {row["ExcerptPostId"]: row for row in self._rows(TAGS) if row.get("ExcerptPostId")}
        for row in self._rows(POSTS):
            if row["Id"] in pointing and row.get("PostTypeId") == TAG_SUMMARY:
                words = " ".join(row.get("Body", "").split())
                tag = pointing[row["Id"]].get("TagName", "")
                yield TagRecord(tag, words) if words else Skipped("an empty summary of a tag")


def _owner(row: Row, key: str, name: str) -> Author:
    """Return who wrote it; of a deleted account only the name is left, or nothing."""
    if row.get(key):
        return Author(row[key], row.get(name) or f"user{row[key]}")
    left = row.get(name, "").strip()
    return Author(f"gone-{left}", left) if left else Author("gone", "A former member")
