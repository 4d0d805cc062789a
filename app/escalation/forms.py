"""What a browser may send to the desk."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.escalation.models.agreements import Definition
from app.escalation.services.keeping import LONGEST_NAME, LONGEST_TEXT
from app.escalation.services.sentences import LONGEST_SENTENCE
from app.web.forms import Form
from app.web.settings_forms import SettingsForm

LONGEST_MINUTES = 60 * 24 * 365
_PAIR = re.compile(r"[0-9]{1,9}:[0-9]{1,9}")
OPEN, PRIVATE = "open", "private"
SENTENCE_TOO_LONG = Length(max=LONGEST_SENTENCE, message=_l("Make it shorter: at most %(max)d characters."))


class TicketForm(Form):
    """Anything that is done on a ticket's page; ``version`` is that of the page it was done on."""

    version = IntegerField(validators=[Optional(), NumberRange(min=0)])


class MessageForm(TicketForm):
    """The composer. ``lane`` says who reads it."""

    lane = RadioField(
        _l("Who sees this"),
        choices=[SelectChoice(OPEN, ""), SelectChoice(PRIVATE, _l("Note for agents"))],
        default=OPEN,
        validators=[InputRequired(_l("Choose who sees this."))],
    )
    body = TextAreaField(_l("Your message"), [InputRequired(_l("Write something first."))])
    text_id = SelectField(_l("Ready text"), coerce=int, choices=[], validate_choice=False, default=0)
    seen = StringField()
    knowingly = BooleanField(_l("Everybody may read what I quote from the note"))

    @property
    def seen_until(self) -> datetime | None:
        """When the newest entry was made that stood on the agent's page."""
        try:
            seen = datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None
        return seen if seen.tzinfo is not None else None


class TextForm(Form):
    """A ready text of a desk; ``version`` is that of the page it was changed on."""

    desk_id = SelectField(_l("Desk"), coerce=int, choices=[])
    name = StringField(_l("Name"), [InputRequired(_l("Give it a name.")), Length(max=LONGEST_NAME)])
    body = TextAreaField(_l("Text"), [InputRequired(_l("Write something first.")), Length(max=LONGEST_TEXT)])
    version = IntegerField(validators=[Optional(), NumberRange(min=0)])


class AssignForm(TicketForm):
    """Who has it from now on; 0 is nobody."""

    assignee_id = SelectField(_l("Who has this"), coerce=int, choices=[])


class ShareOutForm(Form):
    """Several tickets for one agent; each is ``id:version``, and 0 is nobody."""

    tickets = SelectMultipleField(_l("People"), choices=[], validate_choice=False)
    assignee_id = SelectField(_l("Give those I ticked to"), coerce=int, choices=[])

    @property
    def versions(self) -> dict[int, int]:
        """The tickets by id; what is no pair of numbers is left out."""
        pairs = (each.split(":", 1) for each in self.tickets.data or () if _PAIR.fullmatch(each))
        return {int(ticket_id): int(version) for ticket_id, version in pairs}


class AsideForm(TicketForm):
    """Until when agents need not look at it: one of the moments, or a time of one's own in one's own zone."""

    when = RadioField(_l("When does it come back?"), choices=[], validators=[Optional()])
    own = StringField(_l("Or at a time of your own"), [Length(max=40)])
    awaited = StringField(_l("What are you waiting for?"), [SENTENCE_TOO_LONG])


class JoinForm(TicketForm):
    """Another ticket about the same, from the list or by its reference or address."""

    other_id = RadioField(
        _l("Which one is it the same as?"), coerce=int, choices=[], validate_choice=False, validators=[Optional()]
    )
    reference = StringField(_l("Or its reference"), [Length(max=300)])


class HandOverForm(TicketForm):
    """Another desk, and what whoever takes it has to know."""

    desk_id = SelectField(_l("Desk"), coerce=int, choices=[])
    sentence = StringField(
        _l("What does the next person need to know?"),
        [InputRequired(_l("Say in one sentence what the next person needs to know.")), SENTENCE_TOO_LONG],
    )


class SolveForm(TicketForm):
    """The answer that solved it."""

    answer_id = RadioField(
        _l("Which answer solved it?"), coerce=int, choices=[], validators=[InputRequired(_l("Choose an answer."))]
    )


class HandOverByHandForm(Form):
    """Why staff hand a question over before its time."""

    reason = StringField(
        _l("Why does this need a person?"), [InputRequired(_l("Say in one sentence why.")), SENTENCE_TOO_LONG]
    )


class MinutesField(IntegerField):  # type: ignore[misc]  # wtforms ships no types
    """Whole minutes of opening hours; empty for never."""

    def __init__(self, label: object, **bound: Any) -> None:
        super().__init__(label, [Optional()], render_kw={"inputmode": "numeric"}, **bound)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            self.data = None
        elif typed.isascii() and typed.isdecimal() and int(typed) <= LONGEST_MINUTES:
            self.data = int(typed)
        else:
            raise ValidationError(_l("Use whole minutes, at most a year."))


class PolicyForm(SettingsForm):
    """What a space promises: minutes by impact for the community, then for the desk."""

    definition = RadioField(
        _l("When does a question count as unanswered?"),
        choices=[
            SelectChoice(Definition.NO_REPLY, _l("When nobody else has answered")),
            SelectChoice(Definition.NO_SCORE, _l("When no answer has helped enough people")),
            SelectChoice(Definition.NO_ACCEPTED, _l("When no answer has solved it")),
        ],
        validators=[InputRequired(_l("Choose what counts as unanswered."))],
    )
    min_score = IntegerField(
        _l("How many people an answer has to help"), [Optional(), NumberRange(min=1, max=100)], default=1
    )
    minutes_nothing = MinutesField(_l("They are curious"))
    minutes_slowed = MinutesField(_l("It slows them down"))
    minutes_blocked = MinutesField(_l("They can’t do their work"))
    minutes_several_blocked = MinutesField(_l("Several people can’t work"))
    reply_nothing = MinutesField(_l("They are curious"))
    reply_slowed = MinutesField(_l("It slows them down"))
    reply_blocked = MinutesField(_l("They can’t do their work"))
    reply_several_blocked = MinutesField(_l("Several people can’t work"))
    calendar_id = SelectField(_l("Whose hours count for the community"), coerce=int, choices=[])
    desk_id = SelectField(_l("The desk behind this space"), coerce=int, choices=[])


class CalendarForm(SettingsForm):
    """When somebody is there."""

    name = StringField(_l("Name"), [InputRequired(_l("Give it a name.")), Length(max=80)])
    zone = StringField(_l("Time zone"), [InputRequired(_l("Choose a time zone such as Europe/Berlin."))])
    windows = TextAreaField(_l("Opening times"), [Length(max=2000)])
    country = StringField(_l("Country whose public holidays are closed"), [Length(max=2)])
    subdivision = StringField(_l("Part of that country"), [Length(max=10)])
    own_holidays = TextAreaField(_l("Closed on these days too"), [Length(max=5000)])


class DeskForm(SettingsForm):
    """A team that people reach when the community could not help."""

    name = StringField(_l("Name"), [InputRequired(_l("Give it a name.")), Length(max=80)])
    calendar_id = SelectField(_l("Opening hours"), coerce=int, choices=[])
    agent_ids = SelectMultipleField(_l("Who works here"), coerce=int, choices=[])
