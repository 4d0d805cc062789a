"""What a browser may send to reputation."""

from __future__ import annotations

from dataclasses import fields

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.reputation.rules import Rules, allowed_range
from app.web.forms import Form

LONGEST_REASON = 500


def _number(label: str, name: str) -> IntegerField:
    low, high = allowed_range(name)
    message = _l("Choose a number from %(low)s to %(high)s.", low=low, high=high)
    return IntegerField(label, [InputRequired(message), NumberRange(low, high, message)])


class RulesForm(Form):
    """Every number of the rules, and why it changes."""

    answer_up = _number(_l("An answer helped somebody"), "answer_up")
    question_up = _number(_l("A question is voted up"), "question_up")
    accepted = _number(_l("An answer solved it"), "accepted")
    accepting = _number(_l("Saying which answer solved it"), "accepting")
    desk_confirmed = _number(_l("The answer of a desk solved it"), "desk_confirmed")
    down_received = _number(_l("A question or answer is voted down"), "down_received")
    down_given = _number(_l("Voting an answer down"), "down_given")
    daily_limit = _number(_l("Points from votes that count for one person on one day"), "daily_limit")
    pair_ups = _number(_l("Votes up of one person for another that count on one day"), "pair_ups")
    pair_downs = _number(_l("Votes down of one person for another that count on one day"), "pair_downs")
    post_limit = _number(_l("Points from votes up that one question or answer can ever earn"), "post_limit")
    reason = StringField(
        _l("Why do they change?"),
        [
            InputRequired(_l("Say why, for those who wonder later.")),
            Length(max=LONGEST_REASON, message=_l("Make it shorter: at most %(max)d characters.")),
        ],
    )

    @property
    def rules(self) -> Rules:
        """Return the rules that were typed."""
        return Rules(**{f.name: self[f.name].data for f in fields(Rules)})
