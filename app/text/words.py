"""Why a text was refused, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "text.too_long": N_("This is too long: at most %(maximum)s characters. Attach long logs as a file."),
    "text.unstorable": N_("There is an invisible character in here that can’t be kept. Type it again."),
    "text.quotes_too_deep": N_("There are quotes inside quotes more than %(maximum)s deep. Keep the last few."),
    "text.lists_too_deep": N_("There are lists inside lists more than %(maximum)s deep. Keep fewer levels."),
    "text.brackets_too_deep": N_("Many square brackets are never closed. Put logs between two lines of ```."),
    "text.too_costly": N_("This text is too tangled to show. Put logs and code between two lines of ```."),
    "text.not_your_turn": N_("Another text of yours is still being worked on. Send this one again in a moment."),
    "text.too_slow": N_(
        "Showing this text takes too long. Put logs and code between two lines of ```, or attach them."
    ),
}
