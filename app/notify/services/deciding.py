"""What a person does with their inbox; every change states what shall be, so repeating has no second effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.notify.kinds import KINDS
from app.notify.models import InboxItem, MailChoice

AFTERNOON, MORNING = time(15), time(9)
"""Local times at which things come back."""
CHOICES = ("afternoon", "tomorrow", "monday")


@dataclass(frozen=True, slots=True)
class Postpone:
    """Show an item again at ``until``, one of ``CHOICES``, in the person's zone."""

    item_id: int
    until: str
    zone: tzinfo


def set_done(uow: UnitOfWork, actor: Actor, item_id: int, *, on: bool) -> None:
    """Put an item away, or take it out again."""
    _own(uow, actor, item_id).done_at = uow.now if on else None


def set_muted(uow: UnitOfWork, actor: Actor, item_id: int, *, on: bool) -> None:
    """Stop hearing of a thread, or hear of it again."""
    _own(uow, actor, item_id).muted_at = uow.now if on else None


def postpone(uow: UnitOfWork, actor: Actor, command: Postpone) -> None:
    """Put an item off.

    Raises:
        Invalid: field ``until``, for anything that is not offered.

    """
    item = _own(uow, actor, command.item_id)
    if command.until not in CHOICES:
        raise Invalid("until", "notify.later_unknown")
    item.later_until = comes_back(uow.now, command.until, command.zone)


def comes_back(now: datetime, until: str, zone: tzinfo) -> datetime:
    """Return the instant of a choice; an afternoon that has come already is three hours away."""
    local = now.astimezone(zone)
    if until == "afternoon":
        afternoon = datetime.combine(local.date(), AFTERNOON, zone)
        return (afternoon if local < afternoon - timedelta(hours=1) else local + timedelta(hours=3)).astimezone(UTC)
    days = 1 if until == "tomorrow" else 7 - local.weekday()
    return datetime.combine(local.date() + timedelta(days=days), MORNING, zone).astimezone(UTC)


def choose_mail(uow: UnitOfWork, user_id: int, kind: str, *, wanted: bool) -> None:
    """Say whether one kind of news comes by e-mail; the caller knows that the person themselves says so.

    Raises:
        NotFound: when there is no such kind.

    """
    if kind not in KINDS:
        raise NotFound
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(MailChoice).values(user_id=user_id, kind=kind, wanted=wanted)
    uow.session.execute(new.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"wanted": wanted}))


def _own(uow: UnitOfWork, actor: Actor, item_id: int) -> InboxItem:
    query = select(InboxItem).where(InboxItem.id == item_id, InboxItem.user_id == actor.user_id).with_for_update()
    item = uow.session.scalars(query).first()
    if item is None:
        raise NotFound
    return item
