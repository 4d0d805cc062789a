"""What people did with their power, as sentences in the reader's language.

Each domain says in ``routes/deeds.py`` the sentence of every action that it writes into the audit trail, and how the
things it is about are named for whoever reads: what they may not see reads as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.words import N_

Details = Mapping[str, Any]
PERSON = "person"
UNKNOWN = N_("%(who)s did this: %(action)s")
"""What another version of the product wrote down; the code is all that is known of it."""
ITSELF = N_("Peerdesk itself")
LEFT = N_("Somebody who has left")


@dataclass(frozen=True, slots=True)
class Named:
    """A thing's name or title, and where it is shown; without an address it is only named."""

    text: str
    address: str = ""


Namer = Callable[[Session, Actor, Sequence[int]], Mapping[int, Named]]
"""Names those of the ids that this actor may see, in a fixed number of statements."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that deeds are about. ``label`` names all of them, ``gone`` one that is not to be seen."""

    label: str
    gone: str
    namer: Namer | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """The sentence of one action.

    ``%(who)s`` did it to ``%(what)s``; further placeholders are plain ``facts`` made of the entry's details, or things
    ``named`` there: placeholder to the kind of thing and the detail that holds its id.
    """

    sentence: str | Callable[[Details], str]
    named: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    facts: Callable[[Details], Mapping[str, object]] | None = None


class Entry(Protocol):
    """What the audit trail holds of one deed."""

    @property
    def actor_id(self) -> int | None:
        """Who did it; None for the product itself."""

    @property
    def action(self) -> str:
        """What was done."""

    @property
    def subject_kind(self) -> str:
        """To which kind of thing."""

    @property
    def subject_id(self) -> int:
        """To which one."""

    @property
    def details(self) -> dict[str, Any]:
        """Plain values beside it."""


@dataclass(slots=True)
class Deeds:
    """Every sentence and every kind of thing, collected at wiring time."""

    sentences: dict[str, Deed] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)

    def add(self, sentences: Mapping[str, Deed], subjects: Mapping[str, Subject]) -> None:
        """Take in what one domain says."""
        self.sentences.update(sentences)
        self.subjects.update(subjects)


def all_deeds() -> Deeds:
    """Return the sentences of the application that is being served."""
    found: Deeds = current_app.extensions["peerdesk.deeds"]
    return found


def tell(session: Session, actor: Actor, entries: Sequence[Entry]) -> list[Markup]:
    """Return the sentence of each entry; the number of statements does not depend on how many there are."""
    deeds = all_deeds()
    names = _names(session, actor, deeds, entries)
    return [_sentence(deeds, names, entry) for entry in entries]


def _names(session: Session, actor: Actor, deeds: Deeds, entries: Iterable[Entry]) -> dict[str, Mapping[int, Named]]:
    wanted: dict[str, set[int]] = {PERSON: set()}
    for entry in entries:
        for kind, thing_id in [
            (PERSON, entry.actor_id),
            (entry.subject_kind, entry.subject_id),
            *_beside(deeds, entry),
        ]:
            if isinstance(thing_id, int):
                wanted.setdefault(kind, set()).add(thing_id)
    namers = {kind: subject.namer for kind, subject in deeds.subjects.items() if subject.namer is not None}
    return {kind: namers[kind](session, actor, sorted(ids)) for kind, ids in wanted.items() if kind in namers}


def _beside(deeds: Deeds, entry: Entry) -> list[tuple[str, Any]]:
    deed = deeds.sentences.get(entry.action)
    return [(kind, entry.details.get(key)) for kind, key in deed.named.values()] if deed else []


def _sentence(deeds: Deeds, names: Mapping[str, Mapping[int, Named]], entry: Entry) -> Markup:
    def shown(kind: str, thing_id: int | None) -> Markup:
        return _shown(deeds.subjects.get(kind), names.get(kind, {}).get(thing_id or 0))

    who = _bare(gettext(ITSELF))
    if entry.actor_id is not None:
        person = names.get(PERSON, {}).get(entry.actor_id)
        who = _linked(person) if person else _bare(gettext(LEFT))
    deed = deeds.sentences.get(entry.action)
    if deed is None:
        return Markup(gettext(UNKNOWN)) % {"who": who, "action": Markup("<code>{}</code>").format(entry.action)}  # noqa: S704  # our own sentence; what is filled in is escaped
    sentence = deed.sentence if isinstance(deed.sentence, str) else deed.sentence(entry.details)
    facts: dict[str, object] = {"who": who, "what": shown(entry.subject_kind, entry.subject_id)}
    facts |= {name: shown(kind, entry.details.get(key)) for name, (kind, key) in deed.named.items()}
    facts |= deed.facts(entry.details) if deed.facts else {}
    return Markup(gettext(sentence)) % facts  # noqa: S704  # our own sentence; what is filled in is escaped


def _shown(subject: Subject | None, named: Named | None) -> Markup:
    if named is None:
        return _bare(gettext(subject.gone)) if subject else _bare("")
    if subject and subject.quoted:
        return Markup(gettext("“%(title)s”")) % {"title": _linked(named)}  # noqa: S704  # as above
    return _linked(named)


def _linked(named: Named) -> Markup:
    name = Markup("<bdi>{}</bdi>").format(named.text)
    return Markup('<a href="{}">{}</a>').format(named.address, name) if named.address else name


def _bare(words: str) -> Markup:
    return Markup("{}").format(words)
