"""Forms of administrators."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from app.identity.forms.accounts import ADDRESS_MISSING, LONGEST_ADDRESS
from app.identity.forms.settings import TOO_LONG
from app.identity.profile_rules import LONGEST_NAME
from app.identity.services.groups import LONGEST_GROUP_NAME
from app.web.forms import Form


class InviteForm(Form):
    """Somebody who should have an account."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Say what people call them.")), Length(max=LONGEST_NAME, message=TOO_LONG)]
    )
    email = EmailField(_l("E-mail"), [InputRequired(ADDRESS_MISSING), Length(max=LONGEST_ADDRESS, message=TOO_LONG)])


class GroupForm(Form):
    """A group's name."""

    name = StringField(
        _l("Name of the group"),
        [InputRequired(_l("Give the group a name.")), Length(max=LONGEST_GROUP_NAME, message=TOO_LONG)],
    )


class MemberForm(Form):
    """Who should be in a group."""

    person = StringField(
        _l("Somebody’s e-mail or @name"),
        [InputRequired(_l("Say whom.")), Length(max=LONGEST_ADDRESS, message=TOO_LONG)],
    )
