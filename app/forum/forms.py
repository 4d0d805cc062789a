"""What a browser may send to the forum."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.config import FILES_AT_ONCE, MEGABYTE
from app.forum.models.question import ClosureReason, Impact
from app.forum.models.space import Visibility
from app.forum.services.checking import BODY_MAX, NOTE_MAX, TITLE_MAX
from app.web.forms import Form
from app.web.runtime import runtime
from app.web.settings_forms import SettingsForm

IMPACTS = (
    SelectChoice(Impact.NOTHING, _l("Nothing, I am curious")),
    SelectChoice(Impact.SLOWED, _l("It slows me down")),
    SelectChoice(Impact.BLOCKED, _l("I can’t do my work")),
    SelectChoice(Impact.SEVERAL_BLOCKED, _l("Several of us can’t work")),
)
THEIR_IMPACTS = (
    SelectChoice(Impact.NOTHING, _l("Nothing, they are curious")),
    SelectChoice(Impact.SLOWED, _l("It slows them down")),
    SelectChoice(Impact.BLOCKED, _l("They can’t do their work")),
    SelectChoice(Impact.SEVERAL_BLOCKED, _l("Several of them can’t work")),
)
"""The same where staff say it in the place of who wrote it."""
REASONS = (
    SelectChoice(ClosureReason.NEEDS_DETAILS, _l("It needs more details before anybody can help")),
    SelectChoice(ClosureReason.OFF_TOPIC, _l("It belongs somewhere else")),
    SelectChoice(ClosureReason.OUTDATED, _l("It is no longer true")),
    SelectChoice(ClosureReason.SOLVED_ELSEWHERE, _l("It was solved elsewhere")),
)
WRITE_FIRST = _l("Write a few words first.")
TOO_LONG = _l("This is too long: at most %(max)d characters. Attach long logs as a file.")
NOTE_TOO_LONG = Length(max=NOTE_MAX, message=_l("Make it shorter: at most %(max)d characters."))


def _body(label: object) -> TextAreaField:
    return TextAreaField(label, [InputRequired(WRITE_FIRST), Length(max=BODY_MAX, message=TOO_LONG)])


def split_tags(typed: str) -> tuple[str, ...]:
    """Return the tags that somebody typed, separated by commas or blanks."""
    return tuple(typed.replace(",", " ").split())


class QuestionForm(Form):
    """The three questions of asking; lengths that matter are the domain's."""

    title = StringField(
        _l("In one sentence"),
        [
            InputRequired(_l("Say what is wrong in one sentence, at least 10 characters.")),
            Length(max=TITLE_MAX, message=_l("Make it shorter: at most %(max)d characters. The details go below.")),
        ],
    )
    body = TextAreaField(_l("Tell us more, if it helps"), [Length(max=BODY_MAX, message=TOO_LONG)])
    impact = RadioField(
        _l("What does it keep you from doing?"),
        choices=IMPACTS,
        validators=[InputRequired(_l("Choose what it keeps you from doing."))],
    )
    tags = StringField(_l("Tags"), [Length(max=200, message=_l("Use at most 5 tags."))])


class _WithFiles:
    """What people are told of the files that a form takes."""

    @property
    def files_hint(self) -> str:
        """Say how many, and how large."""
        size = runtime().settings.max_upload_bytes // MEGABYTE
        hint: str = gettext(
            "At most %(count)s files, each up to %(megabytes)s MB.", count=FILES_AT_ONCE, megabytes=size
        )
        return hint


class AskForm(_WithFiles, QuestionForm):
    """A new question."""

    space = SelectField(
        _l("Who should see it"), coerce=int, validators=[InputRequired(_l("Choose a space."))], choices=[]
    )
    files = MultipleFileField(_l("Screenshots or logs"))


class EditQuestionForm(QuestionForm):
    """A better text for a question."""

    revision = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    impact_seen = StringField()
    """The impact that stood when the form was shown."""
    summary = StringField(_l("What is better now?"), [NOTE_TOO_LONG])


class AnswerForm(_WithFiles, Form):
    """The answer box under a question."""

    body = _body(_l("Your answer"))
    files = MultipleFileField(_l("Screenshots or logs"))


class EditAnswerForm(Form):
    """A better text for an answer."""

    body = _body(_l("The answer"))
    revision = IntegerField(validators=[InputRequired(), NumberRange(min=1)])
    summary = StringField(_l("What is better now?"), [NOTE_TOO_LONG])


class CommentForm(Form):
    """A remark."""

    body = _body(_l("Your comment"))
    asks_back = BooleanField(_l("I need this from the asker before I can help"))


class EditCommentForm(Form):
    """A better text for a remark."""

    body = _body(_l("The comment"))
    revision = IntegerField(validators=[InputRequired(), NumberRange(min=1)])


class ReasonForm(Form):
    """Why something is deleted, reopened or accepted in somebody's place."""

    note = StringField(_l("Why?"), [NOTE_TOO_LONG])


class CloseForm(Form):
    """Why a question takes no more answers."""

    reason = RadioField(
        _l("Why is it closed?"), choices=REASONS, validators=[InputRequired(_l("Choose why the question is closed."))]
    )
    note = StringField(_l("Anything the asker should know"), [NOTE_TOO_LONG])


class DuplicateForm(Form):
    """Which question this one is the same as."""

    original = StringField(
        _l("The address or number of the other question"), [InputRequired(_l("Say which question it is the same as."))]
    )
    merge = BooleanField(_l("Join them, so everybody is told once"))


class TagForm(SettingsForm):
    """What a tag is about."""

    description = TextAreaField(_l("What is this about, in one sentence?"), [NOTE_TOO_LONG])


class SynonymForm(Form):
    """Another word for a tag."""

    slug = StringField(_l("Another word for it"), [InputRequired(_l("Type the other word.")), Length(max=35)])


class SplitForm(Form):
    """What an answer or a comment asks, as a question of its own."""

    title = StringField(
        _l("What does it ask, in one sentence?"),
        [
            InputRequired(_l("Say what is wrong in one sentence, at least 10 characters.")),
            Length(max=TITLE_MAX, message=_l("Make it shorter: at most %(max)d characters.")),
        ],
    )
    impact = RadioField(
        _l("What does it keep them from doing?"),
        choices=THEIR_IMPACTS,
        validators=[InputRequired(_l("Choose what it keeps them from doing."))],
    )
    tags = StringField(_l("Tags"), [Length(max=200, message=_l("Use at most 5 tags."))])


class MoveForm(Form):
    """Where a question belongs."""

    space = SelectField(_l("Space"), coerce=int, choices=[])
    stood_in = IntegerField(validators=[Optional()])
    """The space that the question stood in when the form was shown."""


class SpaceFields(SettingsForm):
    """What can be said about a space; lengths and rules are the domain's."""

    name = StringField(_l("Name"), [InputRequired(_l("Give it a name."))])
    purpose = StringField(_l("What is it for, in one sentence?"), [NOTE_TOO_LONG])
    rules = TextAreaField(_l("House rules"), [NOTE_TOO_LONG])
    visibility = RadioField(
        _l("Who can read it"),
        choices=[
            SelectChoice(Visibility.PUBLIC, _l("Everybody, without signing in")),
            SelectChoice(Visibility.INTERNAL, _l("Everybody who has signed in")),
            SelectChoice(Visibility.PRIVATE, _l("Only the groups chosen below")),
        ],
        default=Visibility.INTERNAL,
        validators=[InputRequired(_l("Choose who can read it."))],
    )
    group_ids = SelectMultipleField(_l("Groups that may enter when it is private"), coerce=int, choices=[])
    tags = StringField(_l("Tags it suggests"), [Length(max=500)])
    position = IntegerField(_l("Place in the list"), [Optional(), NumberRange(min=0, max=9999)], default=0)


class SpaceForm(SpaceFields):
    """A new space."""

    slug = StringField(_l("Its name in addresses"), [InputRequired(_l("Give it a short name for addresses."))])


class EditSpaceForm(SpaceFields):
    """What a space shall be from now on."""

    archived = BooleanField(_l("Closed: nobody can ask there any more; what was asked can be read and answered"))
