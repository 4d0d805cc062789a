"""Turn the texts of one question into moments: who does what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.forum.models.question import Question
from app.forum.services.accepting import AcceptAnswer, SetWorking, accept_answer, set_working
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.closing import CloseQuestion, close_question
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.duplicating import LinkDuplicate, link_duplicate
from app.forum.services.editing import EditQuestion, edit_question
from app.forum.services.joining import SetMeToo, set_me_too
from app.forum.services.voting import SetVote, set_vote
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork
from app.seed.content import Table, span
from app.text.contract import RichText

Deed = Callable[[UnitOfWork, Actor], object]
BETWEEN_VOTES = timedelta(minutes=11)
"""People don't all vote in the same second."""


@dataclass(slots=True)
class MovableClock:
    """Stands at the moment that is being told."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.at


@dataclass(frozen=True, slots=True)
class Moment:
    """``by`` (a person's key) does something at a time."""

    at: datetime
    by: str
    act: Deed


@dataclass(slots=True)
class Plot:
    """What later moments must know of earlier ones: ids by the texts' own names."""

    spaces: Mapping[str, int]
    texts: Mapping[str, RichText]
    questions: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, int], int] = field(default_factory=dict)


def moments(plot: Plot, table: Table, now: datetime) -> Iterator[Moment]:
    """Give everything that happens in one thread, in no particular order; nothing happens after ``now``."""
    title, asked = str(table["title"]), now - span(table["ago"])
    story = _Thread(plot, table, title, asked)
    yield from (moment for moment in story.all() if moment.at <= now)


def source_texts(table: Table) -> Iterator[str]:
    """Give every Markdown text of a thread, to be rendered before anything is stored."""
    yield table["body"].strip()
    for edit in table.get("edit", ()):
        yield _edited(table, edit)
    for part in (*table.get("answer", ()), *table.get("comment", ()), *table.get("desk", ())):
        yield part["body"].strip()


@dataclass(frozen=True, slots=True)
class _Thread:
    plot: Plot
    table: Table
    title: str
    asked: datetime

    def all(self) -> Iterator[Moment]:
        yield Moment(self.asked, self.table["asker"], self._ask)
        yield from self._joined()
        for number, answer in enumerate(self.table.get("answer", ()), 1):
            yield from self._answered(number, answer)
        for comment in self.table.get("comment", ()):
            yield self._commented(comment)
        for edit in self.table.get("edit", ()):
            yield self._edited(edit)
        yield from self._ended()

    @property
    def _id(self) -> int:
        return self.plot.questions[self.title]

    def _text(self, source: str) -> RichText:
        return self.plot.texts[source.strip()]

    def _ask(self, uow: UnitOfWork, actor: Actor) -> None:
        command = AskQuestion(
            space_id=self.plot.spaces[self.table["space"]],
            title=self.title,
            body=self._text(self.table["body"]),
            impact=self.table["impact"],
            tags=tuple(self.table["tags"]),
            language=self.table.get("language", "en"),
        )
        self.plot.questions[self.title] = ask_question(uow, actor, command).id

    def _joined(self) -> Iterator[Moment]:
        for number, by in enumerate(self.table.get("votes", ()), 1):
            at = self.asked + number * BETWEEN_VOTES
            yield Moment(at, by, lambda uow, actor: set_vote(uow, actor, SetVote(self._id, None, 1)))
        for number, by in enumerate(self.table.get("me_too", ()), 1):
            at = self.asked + number * 2 * BETWEEN_VOTES
            yield Moment(at, by, lambda uow, actor: set_me_too(uow, actor, SetMeToo(self._id, on=True)))

    def _answered(self, number: int, table: Table) -> Iterator[Moment]:
        place, posted = (self.title, number), self.asked + span(table["after"])

        def answer(uow: UnitOfWork, actor: Actor) -> None:
            self.plot.answers[place] = post_answer(uow, actor, PostAnswer(self._id, self._text(table["body"]))).id

        def vote(uow: UnitOfWork, actor: Actor) -> None:
            set_vote(uow, actor, SetVote(None, self.plot.answers[place], 1))

        def confirm(uow: UnitOfWork, actor: Actor) -> None:
            set_working(uow, actor, SetWorking(self.plot.answers[place], on=True))

        def accept(uow: UnitOfWork, actor: Actor) -> None:
            accept_answer(uow, actor, AcceptAnswer(self.plot.answers[place]))

        yield Moment(posted, table["by"], answer)
        for turn, by in enumerate(table.get("votes", ()), 1):
            yield Moment(posted + turn * BETWEEN_VOTES, by, vote)
        for turn, by in enumerate(table.get("working", ()), 1):
            yield Moment(posted + turn * 3 * BETWEEN_VOTES, by, confirm)
        if "accepted" in table:
            yield Moment(self.asked + span(table["accepted"]), self.table["asker"], accept)

    def _commented(self, table: Table) -> Moment:
        def comment(uow: UnitOfWork, actor: Actor) -> None:
            answer_id = self.plot.answers[self.title, table["to"]] if table["to"] else None
            asks_back = table.get("asks_back", False)
            post_comment(uow, actor, PostComment(self._id, answer_id, self._text(table["body"]), asks_back))

        return Moment(self.asked + span(table["after"]), table["by"], comment)

    def _edited(self, table: Table) -> Moment:
        def edit(uow: UnitOfWork, actor: Actor) -> None:
            command = EditQuestion(
                question_id=self._id,
                revision=uow.session.get_one(Question, self._id).revision,
                title=self.title,
                body=self._text(_edited(self.table, table)),
                tags=tuple(self.table["tags"]),
                impact=self.table["impact"],
                summary=table["summary"],
            )
            edit_question(uow, actor, command)

        return Moment(self.asked + span(table["after"]), table["by"], edit)

    def _ended(self) -> Iterator[Moment]:
        if closed := self.table.get("closed"):
            yield Moment(
                self.asked + span(closed["after"]),
                closed["by"],
                lambda uow, actor: close_question(
                    uow, actor, CloseQuestion(self._id, closed["reason"], closed["note"])
                ),
            )
        if same := self.table.get("duplicate"):
            yield Moment(
                self.asked + span(same["after"]),
                same["by"],
                lambda uow, actor: link_duplicate(
                    uow, actor, LinkDuplicate(self._id, self.plot.questions[same["of"]], merge=False)
                ),
            )


def _edited(table: Table, edit: Table) -> str:
    return f"{table['body'].strip()}\n\n{edit['append'].strip()}"
