"""After a commit: facts become inbox items, and items become letters."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernel.relay import Message, Subscription
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.notify.events import PersonTold
from app.notify.letters import NewsLetters
from app.notify.services.telling import FACTS, tell


def news_subscriptions(units: UnitOfWorkFactory, letters: NewsLetters) -> list[Subscription]:
    """Return the reactions, bound to their collaborators."""

    def fill_inboxes(messages: Sequence[Message]) -> None:
        with units() as uow:
            for message in messages:
                tell(uow, message.id, message.event)

    def write(messages: Sequence[Message]) -> None:
        for message in messages:
            letters.send(message)

    return [
        Subscription("notify.inbox", FACTS, fill_inboxes, batch=20),
        Subscription("notify.letters", (PersonTold,), write, slow=True),
    ]
