"""After a commit: facts become hints, and hints go to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.identity.events import AccessChanged, PersonLeft, SignInsClosed
from app.kernel.events import Event
from app.kernel.relay import Message, Subscription
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.live.hints import Rule
from app.live.models import StreamEvent
from app.live.services.recording import record_hints

BATCH = 50
Send = Callable[[StreamEvent], None]
RIGHTS = (AccessChanged, PersonLeft, SignInsClosed)
LookAgain = Callable[[int], None]


def live_subscription(units: UnitOfWorkFactory, rules: Mapping[type[Event], Rule], send: Send) -> Subscription:
    """Return the reaction that logs hints in one transaction and sends them after it.

    A crash between the two loses no more than the sending: the hints are in the log for whoever comes back.
    """

    def tell(messages: Sequence[Message]) -> None:
        with units() as uow:
            hints = record_hints(uow, {m.id: rules[type(m.event)](m.event) for m in messages})
        for hint in hints:
            send(hint)

    return Subscription("live.hints", tuple(rules), tell, batch=BATCH)


def rights_subscription(look_again: LookAgain) -> Subscription:
    """Return the reaction that makes open pages leave what their person may no longer hear.

    It is the prompt half. The sure one is the check of each message as it leaves, which waits for no delivery.
    """

    def look(messages: Sequence[Message]) -> None:
        for user_id in {message.event.user_id for message in messages if isinstance(message.event, RIGHTS)}:
            look_again(user_id)

    return Subscription("live.rights", RIGHTS, look, batch=BATCH)
