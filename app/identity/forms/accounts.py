"""Forms of getting in: sign in, register, passwords, addresses, leaving."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.identity.passwords import LONGEST
from app.identity.profile_rules import LONGEST_NAME
from app.web.forms import Form

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""
ADDRESS_MISSING = _l("Type your e-mail address.")
PASSWORD_MISSING = _l("Type your password.")
NEW_PASSWORD_MISSING = _l("Choose a password.")


def _address_field(label: object) -> EmailField:
    too_long = Length(max=LONGEST_ADDRESS, message=_l("An e-mail address is never that long. Check it."))
    return EmailField(label, [InputRequired(ADDRESS_MISSING), too_long])


def _current_password_field(label: object) -> PasswordField:
    too_long = Length(max=LONGEST, message=_l("No password here is that long. Check it."))
    return PasswordField(label, [InputRequired(PASSWORD_MISSING), too_long])


def _new_password_field(label: object) -> PasswordField:
    too_long = Length(max=LONGEST, message=_l("Choose a password of at most %(max)d characters."))
    return PasswordField(label, [InputRequired(NEW_PASSWORD_MISSING), too_long])


class SignInForm(Form):
    """E-mail and password."""

    email = _address_field(_l("E-mail"))
    password = _current_password_field(_l("Password"))


class RegisterForm(Form):
    """A new account."""

    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Say what people may call you.")),
            Length(max=LONGEST_NAME, message=_l("Keep your name within %(max)d characters.")),
        ],
    )
    email = _address_field(_l("E-mail"))
    password = _new_password_field(_l("Password"))


class ForgottenForm(Form):
    """Whose password was forgotten."""

    email = _address_field(_l("E-mail"))


class NewPasswordForm(Form):
    """The password that replaces a forgotten one."""

    password = _new_password_field(_l("New password"))


class ConfirmForm(Form):
    """A link from a mail was opened; the button says yes."""


class ChangePasswordForm(Form):
    """Replace the password one knows."""

    current = _current_password_field(_l("Current password"))
    password = _new_password_field(_l("New password"))


class ChangeEmailForm(Form):
    """Where one wants to be written to."""

    email = _address_field(_l("New e-mail"))
    current = _current_password_field(_l("Current password"))


class LeaveForm(Form):
    """Delete one's account."""

    current = _current_password_field(_l("Current password"))
    understood = BooleanField(
        _l("I know that this can’t be undone"),
        [InputRequired(_l("Tick the box to say that you know what will happen."))],
    )
