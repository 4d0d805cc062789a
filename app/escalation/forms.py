"""What a browser may send to the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.web.forms import Form

LONGEST_SENTENCE = 1000
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


class AssignForm(TicketForm):
    """Who has it from now on; 0 is nobody."""

    assignee_id = SelectField(_l("Who has this"), coerce=int, choices=[])


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
