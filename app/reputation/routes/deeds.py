"""What the audit trail says of the rules of reputation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import url_for
from flask_babel import format_date, gettext
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.words import N_
from app.web.deeds import Deed, Details, Named, Subject


def _since(details: Details) -> Mapping[str, object]:
    return {"day": format_date(datetime.fromisoformat(details["valid_from"]), rebase=False)}


def _rules(_session: Session, _actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    address = url_for("reputation.rules_show")
    return {number: Named(gettext("the rules of reputation"), address) for number in ids}


DEEDS: Mapping[str, Deed] = {
    "reputation.rules_changed": Deed(N_("%(who)s changed %(what)s, from %(day)s on."), facts=_since),
}
SUBJECTS: Mapping[str, Subject] = {
    "reputation_rules": Subject(N_("Reputation"), N_("the rules of reputation"), _rules),
}
