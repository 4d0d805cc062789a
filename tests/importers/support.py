"""Small communities in the forms that importers read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from app.importers.records import SourceText
from app.importers.texts import TextPool, render_text
from app.text.contract import RichText


class TextsHere(TextPool):
    """Renders in the test's own process."""

    def __init__(self) -> None:
        self.rendered = 0

    def __exit__(self, *_error: object) -> None:
        return

    def submit(self, texts: Sequence[SourceText]) -> list[Future[list[RichText]]]:
        self.rendered += len(texts)
        done: Future[list[RichText]] = Future()
        done.set_result([render_text(text) for text in texts])
        return [done]


def xml(name: str, *rows: dict[str, str], bom: bool = False) -> bytes:
    lines = "".join("  <row " + " ".join(f"{k}={quoteattr(v)}" for k, v in row.items()) + " />\n" for row in rows)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<{name}>\n{lines}</{name}>\n'
    return text.encode("utf-8-sig" if bom else "utf-8")


def write_jsonl(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    with gzip.open(folder / name, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


DAY = "2020-03-0{}T10:00:00.000"

USERS = xml(
    "users",
    {"Id": "-1", "CreationDate": DAY.format(1), "DisplayName": "Community"},
    {
        "Id": "1",
        "CreationDate": DAY.format(1),
        "DisplayName": "José Ñúñez",
        "AboutMe": "<p>Hi <b>you</b></p>",
        "Location": "Lima",
    },
    {"Id": "2", "CreationDate": DAY.format(1), "DisplayName": "李明"},
    {"Id": "3", "CreationDate": DAY.format(1), "DisplayName": "José Ñúñez"},
    bom=True,
)
POSTS = xml(
    "posts",
    # an answer that stands before its question, as after a merge
    {"Id": "10", "PostTypeId": "2", "ParentId": "12", "CreationDate": DAY.format(3), "OwnerUserId": "2",
     "Body": "<p>Use <code>a < b</code>.</p><script>alert(1)</script>"},
    {"Id": "11", "PostTypeId": "1", "CreationDate": DAY.format(1), "OwnerUserId": "1", "Title": "Old spelling of tags?",
     "Body": "<p>One</p>", "Tags": "<grammar><c++>", "AcceptedAnswerId": "13", "ViewCount": "172"},
    {"Id": "12", "PostTypeId": "1", "CreationDate": DAY.format(2), "OwnerDisplayName": "user77",
     "Title": "New spelling",
     "Body": "<p>Two</p>", "Tags": "|grammar|phonology|", "ClosedDate": DAY.format(5), "AcceptedAnswerId": "99"},
    {"Id": "13", "PostTypeId": "2", "ParentId": "11", "CreationDate": DAY.format(4), "OwnerUserId": "3",
     "Body": "<p>Yes</p>"},
    {"Id": "14", "PostTypeId": "2", "ParentId": "404", "CreationDate": DAY.format(4), "OwnerUserId": "3",
     "Body": "<p>Lost</p>"},
    {"Id": "15", "PostTypeId": "5", "CreationDate": DAY.format(4), "Body": "a wiki"},
    {"Id": "18", "PostTypeId": "4", "CreationDate": DAY.format(4), "Body": "Forms of words\nand their order. "},
    {"Id": "19", "PostTypeId": "4", "CreationDate": DAY.format(4), "Body": "Of a tag that nobody uses."},
    {"Id": "20", "PostTypeId": "4", "CreationDate": DAY.format(4), "Body": " "},
    {"Id": "16", "PostTypeId": "2", "ParentId": "11", "CreationDate": DAY.format(4), "Body": "<p> </p>"},
    {"Id": "17", "PostTypeId": "2", "ParentId": "11", "CreationDate": DAY.format(6), "Body": "<p>From nobody</p>"},
)  # fmt: skip
COMMENTS = xml(
    "comments",
    {"Id": "1", "PostId": "11", "CreationDate": DAY.format(2), "UserId": "2", "Text": "Which *one*?"},
    {"Id": "2", "PostId": "13", "CreationDate": DAY.format(7), "UserDisplayName": "user77", "Text": "Thanks"},
    {"Id": "3", "PostId": "404", "CreationDate": DAY.format(7), "UserId": "1", "Text": "Lost"},
)
VOTES = xml(
    "votes",
    {"Id": "1", "PostId": "11", "VoteTypeId": "2", "CreationDate": DAY.format(2)},
    {"Id": "2", "PostId": "13", "VoteTypeId": "2", "CreationDate": DAY.format(4)},
    {"Id": "3", "PostId": "13", "VoteTypeId": "2", "CreationDate": DAY.format(5)},
    {"Id": "4", "PostId": "13", "VoteTypeId": "3", "CreationDate": DAY.format(5)},
    {"Id": "5", "PostId": "13", "VoteTypeId": "1", "CreationDate": DAY.format(6)},
    {"Id": "6", "PostId": "11", "VoteTypeId": "5", "UserId": "2", "CreationDate": DAY.format(6)},
    {"Id": "8", "PostId": "13", "VoteTypeId": "5", "UserId": "3", "CreationDate": DAY.format(6)},
    {"Id": "9", "PostId": "11", "VoteTypeId": "5", "UserId": "404", "CreationDate": DAY.format(6)},
    {"Id": "7", "PostId": "404", "VoteTypeId": "2", "CreationDate": DAY.format(6)},
)
LINKS = xml(
    "postlinks",
    {"Id": "1", "CreationDate": DAY.format(5), "PostId": "12", "RelatedPostId": "11", "LinkTypeId": "3"},
    {"Id": "2", "CreationDate": DAY.format(5), "PostId": "11", "RelatedPostId": "12", "LinkTypeId": "1"},
)
TAGS = xml(
    "tags",
    {"Id": "1", "TagName": "grammar", "Count": "2", "ExcerptPostId": "18", "WikiPostId": "15"},
    {"Id": "2", "TagName": "unused", "Count": "0", "ExcerptPostId": "19"},
    {"Id": "3", "TagName": "phonology", "Count": "1", "ExcerptPostId": "20"},
)


def _past(number: int, kind: int, post: int, guid: str, day: int, text: str, **fields: str) -> dict[str, str]:
    return {
        "Id": str(number), "PostHistoryTypeId": str(kind), "PostId": str(post), "RevisionGUID": guid,
        "CreationDate": DAY.format(day), "Text": text, **fields,
    }  # fmt: skip


HISTORY = xml(
    "posthistory",
    _past(1, 2, 11, "a", 1, "Won", UserId="1"),
    _past(2, 1, 11, "a", 1, "Old spelling?", UserId="1"),
    _past(3, 3, 11, "a", 1, "<grammar>", UserId="1"),
    _past(4, 2, 12, "b", 2, "Two", UserDisplayName="user77"),
    _past(5, 2, 13, "c", 4, "Yep", UserId="3"),
    _past(6, 5, 11, "d", 4, "**One** <script>alert(1)</script>", UserId="2", Comment="a wrong letter"),
    _past(7, 4, 11, "d", 4, "Old spelling of  tags?", UserId="2"),
    _past(8, 10, 12, "e", 5, "101"),
    _past(9, 6, 11, "f", 5, "<grammar><c++>", UserId="3"),
    _past(10, 5, 13, "g", 5, "Yes", UserDisplayName="user77"),
    _past(11, 5, 404, "h", 5, "Lost", UserId="1"),
    bom=True,
)
FILES = {
    "Users.xml": USERS, "Posts.xml": POSTS, "Comments.xml": COMMENTS, "Votes.xml": VOTES, "PostLinks.xml": LINKS,
    "Tags.xml": TAGS, "PostHistory.xml": HISTORY,
}  # fmt: skip


def write_dump(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in (files or FILES).items():
        (folder / name).write_bytes(content)
    return folder


def _question(number: int, asker: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": number, "asked_at": f"2024-01-0{number}T08:00:00Z", "asker": asker, "locale": "en-US", "topic": "other",
        "tags": ["thunderbird", "download-and-install_1"], "title": f"Question {number}", "body_html": "<p>Help</p>",
        "accepted_answer_id": None, "same_problem_votes": 0, "locked": False, "taken_down": False, **fields,
    }  # fmt: skip


def _reply(number: int, question: int, author: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": number, "question_id": question, "answered_at": f"2024-01-0{question}T09:{number}:00Z", "author": author,
        "body_html": f"<p>Reply {number}</p>", "helpful": 0, "unhelpful": 0, "taken_down": False, **fields,
    }  # fmt: skip


def write_thunderbird(folder: Path) -> Path:
    write_jsonl(
        folder,
        "questions.jsonl.gz",
        [
            _question(1, "u_aaaaaaaaaa", accepted_answer_id=12, same_problem_votes=3),
            _question(2, "u_bbbbbbbbbb", accepted_answer_id=22, locale="pt-BR", locked=True),
            _question(3, "u_cccccccccc", taken_down=True),
            _question(4, "u_bbbbbbbbbb", accepted_answer_id=77, same_problem_votes=None, locked=None, taken_down=None),
        ],
    )
    write_jsonl(
        folder,
        "answers.jsonl.gz",
        [
            _reply(11, 1, "u_aaaaaaaaaa"),  # the asker adds something before anybody replied
            _reply(12, 1, "u_hhhhhhhhhh", helpful=2, unhelpful=1),
            _reply(13, 1, "u_aaaaaaaaaa", helpful=1),  # the asker thanks
            _reply(21, 2, "u_hhhhhhhhhh", taken_down=True),
            _reply(22, 2, "u_bbbbbbbbbb"),  # the asker's own solution
            _reply(31, 3, "u_hhhhhhhhhh"),
        ],
    )
    write_jsonl(
        folder,
        "question_links.jsonl.gz",
        [
            {
                "query_id": 4,
                "target_id": 1,
                "kind": "duplicate",
                "same_asker": False,
                "asked_at": "2024-01-04T10:00:00Z",
            },
            {"query_id": 2, "target_id": 1, "kind": "related", "same_asker": False, "asked_at": "2024-01-04T10:00:00Z"},
            {
                "query_id": 4,
                "target_id": 3,
                "kind": "duplicate",
                "same_asker": False,
                "asked_at": "2024-01-04T10:00:00Z",
            },
        ],
    )
    return folder
