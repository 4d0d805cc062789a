"""From a fact to the people it concerns, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.escalation import events as desk
from app.forum.contract import Audience, ClosureReason, audience_of, readers_among
from app.forum.events import (
    AnswerAccepted,
    AnswerDeleted,
    AnswerPosted,
    AskedBack,
    CommentDeleted,
    CommentPosted,
    DuplicateLinked,
    PersonMentioned,
    QuestionAsked,
    QuestionClosed,
    QuestionDeleted,
    QuestionSplitOff,
    ThreadEvent,
)
from app.kernel.events import Event, restore_event
from app.kernel.models import OutboxMessage
from app.kernel.unit_of_work import UnitOfWork
from app.notify.events import PersonTold
from app.notify.kinds import REMOVALS, REMOVED_QUESTION, Why
from app.notify.models import InboxItem, ToldFact
from app.reputation.events import BadgeAwarded


@dataclass(frozen=True, slots=True)
class News:
    """What one person is to be told."""

    user_id: int
    kind: str
    why: Why
    needs_you: bool = False
    about_id: int | None = None
    """Who is named in the sentence, when it is not whoever did it."""


def tell(uow: UnitOfWork, fact_id: int, event: Event) -> int:
    """Put a fact into the inboxes of those it concerns; return how many. Repeating it changes nothing.

    Args:
        uow: the transaction.
        fact_id: id of the fact in the outbox, the same on every delivery.
        event: the fact.

    """
    if isinstance(event, BadgeAwarded):
        return int(_put(uow, fact_id, event, News(event.user_id, "badge", Why.EARNED), f"badge:{event.code}"))
    if not isinstance(event, ThreadEvent | desk.TicketFact):
        return 0
    audience = audience_of(
        uow.session,
        event.question_id,
        getattr(event, "answer_id", None),
        getattr(event, "comment_id", None),
        even_deleted=isinstance(event, QuestionDeleted),
    )
    if audience is None:
        return 0
    if isinstance(event, AnswerDeleted | CommentDeleted):
        _forget(uow, event)
    elif not audience.stands and not isinstance(event, QuestionDeleted):
        return 0  # taken away before anybody was told
    planned = _planned(event, audience)
    allowed = readers_among(uow.session, audience.space_id, planned.keys())
    topic = f"question:{event.question_id}"
    return sum(_put(uow, fact_id, event, planned[user_id], topic) for user_id in sorted(allowed))


def _planned(event: ThreadEvent | desk.TicketFact, audience: Audience) -> dict[int, News]:
    planned: dict[int, News] = {}
    for news in _PLANS[type(event)](event, audience):
        planned.setdefault(news.user_id, news)  # the first reason is the strongest
    if event.by_id is not None:
        planned.pop(event.by_id, None)
    return planned


def _answered(_event: AnswerPosted, audience: Audience) -> Iterator[News]:
    yield from _except_named(audience, News(audience.asker_id, "answered", Why.WROTE, needs_you=True))
    yield from _followers(audience, "answered")


def _commented(_event: CommentPosted, audience: Audience) -> Iterator[News]:
    """Tell the asker nothing here when the comment asks them back: that is a fact of its own."""
    author = audience.answer_author_id
    if author is not None:
        yield from _except_named(audience, News(author, "replied", Why.WROTE, needs_you=True))
    if not audience.asks_back:
        needs = author is None
        yield from _except_named(audience, News(audience.asker_id, "replied", Why.WROTE, needs_you=needs))
    yield from (
        n for n in _followers(audience, "replied") if not (audience.asks_back and n.user_id == audience.asker_id)
    )


def _asked_back(_event: AskedBack, audience: Audience) -> Iterator[News]:
    yield News(audience.asker_id, "asked_back", Why.WROTE, needs_you=True)


def _accepted(event: AnswerAccepted, audience: Audience) -> Iterator[News]:
    yield News(event.author_id, "unstuck", Why.WROTE, about_id=audience.asker_id)
    yield News(audience.asker_id, "solved", Why.WROTE)
    yield from _followers(audience, "solved")


def _named(event: PersonMentioned, audience: Audience) -> Iterator[News]:
    if not (audience.asks_back and event.user_id == audience.asker_id):
        yield News(event.user_id, "named", Why.NAMED, needs_you=True)


def _closed(event: QuestionClosed, audience: Audience) -> Iterator[News]:
    """Tell the asker nothing here when it was linked to the same question: that is a fact of its own."""
    if event.reason != ClosureReason.DUPLICATE:
        yield News(audience.asker_id, "closed", Why.WROTE)


def _joined(_event: DuplicateLinked, audience: Audience) -> Iterator[News]:
    yield News(audience.asker_id, "joined", Why.WROTE)


def _removed(event: AnswerDeleted, _audience: Audience) -> Iterator[News]:
    if event.became_id is None:
        yield News(event.author_id, "removed", Why.WROTE)


def _comment_removed(event: CommentDeleted, audience: Audience) -> Iterator[News]:
    if audience.comment_author_id is not None and event.became_id is None:
        yield News(audience.comment_author_id, "removed_comment", Why.WROTE)


def _split_off(_event: QuestionSplitOff, audience: Audience) -> Iterator[News]:
    """Tell its author, and whoever had commented on it or was named in it; they follow it now."""
    yield News(audience.asker_id, "split_off", Why.WROTE)
    yield from (News(user_id, "split_off", Why.NAMED) for user_id in sorted(audience.named))
    yield from _followers(audience, "split_off")


def _question_removed(_event: QuestionDeleted, audience: Audience) -> Iterator[News]:
    yield News(audience.asker_id, REMOVED_QUESTION, Why.WROTE)


def _asked(_event: QuestionAsked, audience: Audience) -> Iterator[News]:
    for user_id in sorted(audience.tag_followers - audience.named):
        yield News(user_id, "asked", Why.FOLLOWS_TAG)


def _escalated(_event: desk.QuestionEscalated, audience: Audience) -> Iterator[News]:
    yield News(audience.asker_id, "escalated", Why.WROTE)


def _given(event: desk.TicketAssigned, _audience: Audience) -> Iterator[News]:
    if event.assignee_id is not None:
        yield News(event.assignee_id, "given", Why.AT_DESK, needs_you=True)


def _solved(_event: desk.TicketSolved, audience: Audience) -> Iterator[News]:
    yield News(audience.asker_id, "back_to_work", Why.WROTE, needs_you=True)


def _not_yet(event: desk.TicketReopened, _audience: Audience) -> Iterator[News]:
    if event.assignee_id is not None:
        what = "solution_gone" if event.solution_gone else "not_yet"
        yield News(event.assignee_id, what, Why.AT_DESK, needs_you=True)


def _came_back(event: desk.TicketCameBack, _audience: Audience) -> Iterator[News]:
    if event.assignee_id is not None:
        yield News(event.assignee_id, "came_back", Why.AT_DESK, needs_you=True)


def _followers(audience: Audience, kind: str) -> Iterator[News]:
    for user_id in sorted(audience.followers - audience.named):
        yield News(user_id, kind, Why.FOLLOWS)


def _except_named(audience: Audience, news: News) -> Iterator[News]:
    """Give the news unless the same text names the person: then they hear that instead."""
    if news.user_id not in audience.named:
        yield news


_PLANS: Mapping[type[ThreadEvent | desk.TicketFact], Callable[[Any, Audience], Iterator[News]]] = {
    AnswerPosted: _answered,
    CommentPosted: _commented,
    AskedBack: _asked_back,
    AnswerAccepted: _accepted,
    PersonMentioned: _named,
    QuestionClosed: _closed,
    DuplicateLinked: _joined,
    AnswerDeleted: _removed,
    CommentDeleted: _comment_removed,
    QuestionDeleted: _question_removed,
    QuestionSplitOff: _split_off,
    QuestionAsked: _asked,
    desk.QuestionEscalated: _escalated,
    desk.TicketAssigned: _given,
    desk.TicketSolved: _solved,
    desk.TicketReopened: _not_yet,
    desk.TicketCameBack: _came_back,
}
FACTS: tuple[type[Event], ...] = (*_PLANS, BadgeAwarded)
"""Every fact that somebody may be told of."""


def _put(uow: UnitOfWork, fact_id: int, event: Any, news: News, topic: str) -> bool:
    """Write one person's item; tell whether it is new to them and they want to hear of the topic."""
    if not _first_time(uow.session, news.user_id, fact_id, uow.now):
        return False
    item = _item(uow.session, news.user_id, topic, event, news)
    if item.muted_at is not None:
        return False
    still_needed = item.needs_you and item.done_at is None
    if item.happened_at <= event.occurred_at:
        _say(item, event, news)
    item.needs_you = news.needs_you or still_needed
    item.done_at = None
    item.later_until = None if news.needs_you else item.later_until
    uow.session.flush()
    uow.record(_told(fact_id, event, news, item))
    return True


def _say(item: InboxItem, event: Any, news: News) -> None:
    item.kind, item.why, item.happened_at = news.kind, news.why.value, event.occurred_at
    item.by_id = news.about_id or getattr(event, "by_id", None)
    item.answer_id, item.comment_id = getattr(event, "answer_id", None), getattr(event, "comment_id", None)


def _forget(uow: UnitOfWork, event: AnswerDeleted | CommentDeleted) -> None:
    """Let the inboxes that tell of a post which is not there any more tell what they told before, if that stands."""
    about = InboxItem.question_id == event.question_id, InboxItem.answer_id == event.answer_id
    comment_id = event.comment_id if isinstance(event, CommentDeleted) else None
    post = () if comment_id is None else (InboxItem.comment_id == comment_id,)
    news = InboxItem.muted_at.is_(None), InboxItem.kind.not_in(REMOVALS)
    for item in uow.session.scalars(select(InboxItem).where(*about, *post, *news).with_for_update()).all():
        before = _told_before(uow.session, item)
        if not before:
            uow.session.delete(item)
            continue
        _say(item, *before[0])
        item.needs_you = item.needs_you and any(earlier.needs_you for _, earlier in before)


def _told_before(session: Session, item: InboxItem) -> list[tuple[Event, News]]:
    """Return what somebody was told of a thread and still stands, newest first; facts are kept for some days."""
    query = (
        select(OutboxMessage)
        .join(ToldFact, ToldFact.message_id == OutboxMessage.id)
        .where(ToldFact.user_id == item.user_id, OutboxMessage.payload["question_id"].as_integer() == item.question_id)
        .order_by(OutboxMessage.id.desc())
    )
    found: list[tuple[Event, News]] = []
    for message in session.scalars(query):
        event = restore_event(message.kind, message.payload, message.occurred_at)
        if not isinstance(event, ThreadEvent | desk.TicketFact):
            continue  # a badge has an item of its own
        post = getattr(event, "answer_id", None), getattr(event, "comment_id", None)
        audience = audience_of(session, event.question_id, *post)
        news = _planned(event, audience).get(item.user_id) if audience is not None and audience.stands else None
        if news is not None:
            found.append((event, news))
    return found


def _first_time(session: Session, user_id: int, fact_id: int, now: Any) -> bool:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"user_id": user_id, "message_id": fact_id, "told_at": now}
    once = dialect.insert(ToldFact).values(values).on_conflict_do_nothing().returning(ToldFact.user_id)
    return session.scalar(once) is not None


def _item(session: Session, user_id: int, topic: str, event: Any, news: News) -> InboxItem:
    query = select(InboxItem).where(InboxItem.user_id == user_id, InboxItem.topic == topic).with_for_update()
    known = session.scalars(query).first()
    if known is not None:
        return known
    item = InboxItem(
        user_id=user_id,
        topic=topic,
        question_id=event.question_id,
        kind=news.kind,
        why=news.why.value,
        needs_you=news.needs_you,
        happened_at=event.occurred_at,
    )
    session.add(item)
    return item


def _told(fact_id: int, event: Any, news: News, item: InboxItem) -> PersonTold:
    return PersonTold(
        occurred_at=event.occurred_at,
        user_id=news.user_id,
        item_id=item.id,
        fact_id=fact_id,
        news=news.kind,
        why=news.why.value,
        by_id=item.by_id,
        question_id=event.question_id,
        answer_id=getattr(event, "answer_id", None),
        comment_id=getattr(event, "comment_id", None),
        badge=getattr(event, "code", None),
    )
