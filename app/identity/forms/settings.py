"""Forms of a person's own settings."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.identity.profile_rules import LONGEST_LINE, LONGEST_NAME, LONGEST_TEXT
from app.identity.services.profiles import ChooseFormats, EditProfile
from app.web.forms import Form
from app.web.language import LANGUAGES

READ = (
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nb",
    "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
"""Languages people can say they read; BCP 47 tags."""
TOO_LONG = _l("Keep this within %(max)d characters.")


def reading_choices() -> list[SelectChoice]:
    """Return tags and names of languages, in the reader's language and its order."""
    choices = [SelectChoice(tag, str(Locale.parse(tag).get_display_name(get_locale()))) for tag in READ]
    return sorted(choices, key=lambda choice: str(choice.label).casefold())


def interface_choices() -> list[SelectChoice]:
    """Return the languages the interface speaks, each in its own name."""
    own = [SelectChoice(tag, name) for tag, name in LANGUAGES.items()]
    return [SelectChoice("", _l("What my browser asks for")), *own]


def zone_choices() -> list[SelectChoice]:
    """Return all IANA time zones; ``localtime`` and ``Factory`` are files beside them that name no place."""
    names = sorted(available_timezones() - {"localtime", "Factory"})
    zones = [SelectChoice(zone, zone.replace("_", " ")) for zone in names]
    return [SelectChoice("", _l("UTC, like the site")), *zones]


class ProfileForm(Form):
    """What others see."""

    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Say what people may call you.")), Length(max=LONGEST_NAME, message=TOO_LONG)],
    )
    pronouns = StringField(_l("Pronouns"), [Length(max=LONGEST_LINE, message=TOO_LONG)])
    place = StringField(_l("Where you work"), [Length(max=LONGEST_LINE, message=TOO_LONG)])
    ask_me_about = StringField(_l("Ask me about"), [Length(max=LONGEST_LINE, message=TOO_LONG)])
    about = TextAreaField(_l("About you"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    languages = SelectMultipleField(
        _l("Languages you read"),
        choices=reading_choices,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def to_command(self) -> EditProfile:
        """Return the command of the service."""
        return EditProfile(
            name=self.name.data,
            pronouns=self.pronouns.data or "",
            place=self.place.data or "",
            ask_me_about=self.ask_me_about.data or "",
            about=self.about.data or "",
            languages=tuple(self.languages.data or ()),
        )


class AvatarForm(Form):
    """A picture."""

    avatar = FileField(_l("Picture"), [FileRequired(_l("Choose a picture first."))])


class FormatsForm(Form):
    """Interface language and time zone."""

    language = RadioField(_l("Language"), choices=interface_choices)
    time_zone = SelectField(_l("Time zone"), choices=zone_choices)

    def to_command(self) -> ChooseFormats:
        """Return the command of the service."""
        return ChooseFormats(self.language.data or None, self.time_zone.data or None)


class LooksForm(Form):
    """Light or dark."""

    theme = RadioField(
        _l("Looks"),
        choices=[
            SelectChoice("", _l("Like my device")),
            SelectChoice("light", _l("Light")),
            SelectChoice("dark", _l("Dark")),
        ],
        default="",
    )
