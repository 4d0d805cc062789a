"""What a score allows."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.reputation.privileges import PRIVILEGES, WORDS
from app.reputation.queries.scores import scores
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session, runtime


def show() -> ResponseReturnValue:
    """Show the table in force, what the reader has, and what comes next."""
    actor = current_actor()
    table = PRIVILEGES[runtime().settings.reputation_table]
    score = None if actor.id is None else scores(read_session(), [actor.id])[actor.id]
    ordered = sorted(table.items(), key=lambda item: item[1])
    steps = [(needed, *WORDS[code], actor.id is not None and actor.has(code)) for code, needed in ordered]
    following = next(((needed, words) for needed, words, _, held in steps if not held), None)
    return show_page("reputation/privileges.html", steps=steps, score=score, following=following)
