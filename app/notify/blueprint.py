"""The URLs of the inbox."""

from __future__ import annotations

from app.notify.routes import inbox, mail
from app.web.routing import Gate, Route, blueprint

OFTEN = "120 per minute"
SOME = "30 per minute"

notify = blueprint(
    "notify",
    [
        Route("GET", "/inbox", inbox.show, Gate.MEMBER),
        Route("POST", "/inbox/<int:item_id>/done", inbox.done, Gate.MEMBER, OFTEN),
        Route("POST", "/inbox/<int:item_id>/later", inbox.later, Gate.MEMBER, OFTEN),
        Route("POST", "/inbox/<int:item_id>/mute", inbox.mute, Gate.MEMBER, OFTEN),
        Route("GET", "/settings/mail", mail.show, Gate.MEMBER),
        Route("POST", "/settings/mail", mail.save, Gate.MEMBER, SOME),
        Route("GET", "/unsubscribe/<token>", mail.ask_to_stop, Gate.PUBLIC, SOME),
        Route("POST", "/unsubscribe/<token>", mail.stop, Gate.PUBLIC, SOME),
    ],
)
