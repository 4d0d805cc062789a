"""Reason codes to sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from flask_babel import gettext

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "kernel.refused": N_("That is not possible."),
    "kernel.not_found": N_("This page isn’t here. It may have moved: search for it."),
    "kernel.unwritable": N_(
        "This server can’t save anything right now: its disk is full or write-protected. Reading works. "
        "Nothing was changed; whoever runs it has to make room first."
    ),
    "kernel.busy": N_("Many people are writing at once. Nothing is lost, try again in a few seconds."),
    "web.form_expired": N_(
        "This form waited too long. What you wrote is kept: go back, load the page again and send it once more."
    ),
    "web.kept_for_writer": N_(
        "This was written while somebody else had signed in here. It was not sent; it is kept for them alone."
    ),
    "web.not_kept": N_("You are signed out, and this could not be kept for you. Copy it, sign in and send it again."),
    "web.changed_meanwhile": N_(
        "Somebody has changed this since you opened it. What stands now is said where it differs; what you typed is "
        "kept. Save once more to put yours in its place."
    ),
    "web.collided": N_(
        "Somebody else did the same at this moment. Look at how it stands now, and send again what is still missing."
    ),
    "web.sent_otherwise": N_(
        "You have sent this form before, with something else in it, and that was done. "
        "What it holds now is not sent yet: look it over and send it."
    ),
    "web.still_working": N_("We are still working on what you sent. Look again in a moment."),
}


def sentence(reason: str, **facts: object) -> str:
    """Return the sentence of a reason code in the reader's language.

    Raises:
        KeyError: when no domain's ``words.py`` has that code; a test finds these before a person does.

    """
    words: Mapping[str, str] = current_app.extensions["peerdesk.words"]
    return str(gettext(words[reason], **facts))
