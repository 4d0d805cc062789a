"""Typed facts: what happened, in the past tense, with ids and plain values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from app.kernel.unit_of_work import UnitOfWork

_BY_KIND: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. ``kind`` is the stable, versioned name that is stored: ``forum.answer_posted.1``.

    Fields are integers, strings, booleans, None, or tuples of these; never text that a person wrote (an outbox row
    outlives an erasure) and never a secret.
    """

    kind: ClassVar[str] = ""
    occurred_at: datetime

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super(Event, cls).__init_subclass__(**kwargs)
        known = _BY_KIND.get(cls.kind)
        if not cls.kind or (known is not None and known.__qualname__ != cls.__qualname__):
            raise TypeError(f"{cls.__qualname__} needs a kind of its own")
        _BY_KIND[cls.kind] = cls

    def payload(self) -> dict[str, Any]:
        """Return the fields but the instant, ready for JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "occurred_at"}

    @classmethod
    def _restore(cls, payload: Mapping[str, Any], occurred_at: datetime) -> Self:
        names = {f.name for f in fields(cls)}
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in payload.items() if k in names}
        return cls(occurred_at=occurred_at, **values)


def restore_event(kind: str, payload: Mapping[str, Any], occurred_at: datetime) -> Event:
    """Build the event that an outbox row stands for.

    Raises:
        LookupError: when no class of this release has that kind.

    """
    if kind not in _BY_KIND:
        raise LookupError(f"no event of kind {kind}")
    return _BY_KIND[kind]._restore(payload, occurred_at)  # noqa: SLF001  # the other half of this module


Reaction = Callable[["UnitOfWork", Any], None]
Subscriptions = Mapping[type[Event], Sequence[Reaction]]


class EventBus:
    """The in-transaction reactions of every domain, merged once, at wiring time."""

    def __init__(self, tables: Sequence[Subscriptions]) -> None:
        self._reactions: dict[type[Event], list[Reaction]] = {}
        for table in tables:
            for event_type, reactions in table.items():
                self._reactions.setdefault(event_type, []).extend(reactions)

    def react(self, uow: UnitOfWork, event: Event) -> None:
        """Run the in-transaction reactions, in the order wiring lists them."""
        for reaction in self._reactions.get(type(event), ()):
            reaction(uow, event)
