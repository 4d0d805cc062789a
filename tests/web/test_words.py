"""The words people meet: none is missing in a language, none is blunt, none escapes translation."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import polib
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.escalation.contract import EscalateNow, escalate_now
from app.escalation.models.agreements import Desk
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.web.language import LANGUAGES
from app.web.pseudo_locale import stretch
from tests.support.catalogues import CATALOGUES, differences, extracted
from tests.support.factories import Make
from tests.support.interface_text import interface_text

CATALOGUE_PATHS = {path.parts[-3]: path for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>|#(?=\s|$)")
languages = pytest.mark.parametrize("language", CATALOGUE_PATHS)


def entries(language: str) -> list[polib.POEntry]:
    return list(polib.pofile(str(CATALOGUE_PATHS[language])))


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    return extracted()


@pytest.fixture(scope="session")
def compiled() -> None:
    """Compile the catalogues that are older than their words, as ``make`` does before it serves or tests."""
    for path in CATALOGUE_PATHS.values():
        binary = path.with_suffix(".mo")
        if not binary.exists() or binary.stat().st_mtime < path.stat().st_mtime:
            polib.pofile(str(path)).save_as_mofile(str(binary))


# --- the catalogues ----------------------------------------------------------------------------------------------


def test_every_language_on_offer_has_a_catalogue_and_no_other():
    assert {*CATALOGUE_PATHS, "en"} == set(LANGUAGES)


@languages
def test_every_sentence_is_translated(sentences: Catalog, language: str):
    with CATALOGUE_PATHS[language].open("rb") as file:
        assert differences(sentences, read_po(file, locale=language)) == []


@languages
def test_translations_keep_the_facts_of_their_sentence(language: str):
    wrong = []
    for entry in entries(language):
        *some, many = forms_in(entry)
        wanted = facts(entry.msgid_plural or entry.msgid)
        wrong += [form for form in some if not facts(form) <= wanted]  # «one person» may do without its number
        wrong += [many] if facts(many) != wanted else []
    assert wrong == []


@languages
def test_translations_can_be_filled_in(language: str):
    for entry in entries(language):
        names = dict.fromkeys(re.findall(r"%\((\w+)\)", entry.msgid + entry.msgid_plural), 7)
        for sentence in forms_in(entry):
            assert not names or sentence % names


@languages
def test_plurals_have_the_forms_that_the_language_needs(language: str):
    catalogue = polib.pofile(str(CATALOGUE_PATHS[language]))
    needed = int(catalogue.metadata["Plural-Forms"].removeprefix("nplurals=").partition(";")[0])
    assert [e.msgid for e in catalogue if e.msgid_plural and len(e.msgstr_plural) != needed] == []


def forms_in(entry: polib.POEntry) -> list[str]:
    """Return the translation, or its forms from one to many."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def facts(sentence: str) -> set[str]:
    """Return what a translation must carry over: placeholders, tags, and the number sign that scripts fill in."""
    return set(PLACEHOLDER.findall(sentence))


# --- the voice ---------------------------------------------------------------------------------------------------

BANNED = re.compile(
    r"\b(tickets?|cases?|incident number|queues?|L1|L2|SLAs?|users?|submit\w*|invalid|illegal|failed to|error code"
    r"|successfully|please|kindly|simply|just|eas(y|ily)|click here|N/A|abuse\w*|kill\w*|blacklist\w*|whitelist\w*"
    r"|apologi[sz]e)\b",
    re.IGNORECASE,
)
"""The words of ux.md 5.4 that never reach a person."""
ALLOWED = {
    "Ask a colleague, help a colleague. Support from people, not from a queue.": "says what we are not",
    "just now": "a time; the word belittles nothing here",
}
GERMAN_BANNED = re.compile(
    r"\b(Tickets?|Vorgang|Benutzer\w*|Nutzer\w*|User|ungültig\w*|unzulässig\w*|fehlgeschlagen|erfolgreich|[Bb]itte"
    r"|einfach|Ihnen|Ihre[nmrs]?|gemäß|diesbezüglich|betreffend|bezüglich|Kolleg\w*)\b|\w+[:*_]innen\b|\w+Innen\b"
)
"""Formal address, office German, masculine-only or starred people: we say du, and rephrase."""


def test_sentences_are_those_of_a_helpful_colleague(sentences: Catalog):
    found = [text for m in sentences for text in forms_of(m.id) if BANNED.search(text) and text not in ALLOWED]
    assert found == []


def test_nobody_is_shouted_at(sentences: Catalog):
    assert [text for m in sentences for text in forms_of(m.id) if "!" in text] == []


def test_german_says_du_and_speaks_plainly():
    sentences = [sentence for entry in entries("de") for sentence in forms_in(entry)]
    assert [s for s in sentences if GERMAN_BANNED.search(s) or "!" in s] == []


def forms_of(message_id: Any) -> tuple[str, ...]:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


# --- the pages ---------------------------------------------------------------------------------------------------


class Community(NamedTuple):
    """A small community whose people write Greek, so that every Latin word on a page is the product's."""

    clients: dict[str, FlaskClient]
    question_id: int
    answer_id: int
    ticket_id: int
    asker_id: int

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Return the pages that each kind of reader sees."""
        question, answer = f"/questions/{self.question_id}", f"/answers/{self.answer_id}"
        return {
            "guest": ("/", "/questions", question, "/find", "/find?q=δίκτυο", "/find?q=ωωω", "/tags", "/spaces",
                      "/leaderboard", "/badges", "/privileges", "/sign-in", "/register", "/forgotten", "/help",
                      "/accessibility", "/language", "/nowhere"),
            "asker": ("/", "/ask", question, f"{question}/edit", f"{question}/history", "/drafts", "/inbox",
                      "/people/asker", "/settings", "/settings/account", "/settings/data", "/settings/formats",
                      "/settings/looks", "/settings/mail", "/people/asker/reputation", "/admin"),
            "staff": ("/waiting", f"/waiting/{self.ticket_id}", question, f"{question}/close", f"{question}/move",
                      f"{question}/same-as", f"{question}/delete", f"{answer}/edit", f"{answer}/delete", "/admin",
                      "/admin/people", f"/admin/people/{self.asker_id}", "/admin/groups", "/admin/deliveries",
                      "/admin/mail", "/admin/audit"),
        }  # fmt: skip


@pytest.fixture
def community(app: Flask, make: Make) -> Community:
    asker = make.user("Σαμ Ο", handle="asker", email="a@x.gr")
    helper = make.user("Μέι Τ", handle="helper", email="h@x.gr")
    staff = make.user("Άντα Ρ", handle="staff", email="s@x.gr", roles=(Role.ADMINISTRATOR, Role.MODERATOR, Role.AGENT))
    space = make.space("Δίκτυο", visibility=Visibility.PUBLIC)
    question = make.question(asker=asker, space=space, title="Το δίκτυο πέφτει", body="Από το πρωί.")
    answer = make.answer(question, author=helper, body="Δοκίμασε άλλο.")
    stuck = make.question(asker=asker, space=space, title="Η οθόνη μένει μαύρη", body="Από χθες.")
    with make.unit_of_work() as uow:
        ticket = escalate_now(uow, make.actor(asker), EscalateNow(stuck.id, "Το χρειάζομαι σήμερα."))
        uow.session.execute(update(Desk).values(name="Τεχνικοί"))
    clients = {"guest": app.test_client(), "asker": app.test_client(), "staff": app.test_client()}
    make.sign_in(clients["asker"], asker)
    make.sign_in(clients["staff"], staff)
    return Community(clients, question.id, answer.id, ticket.id, asker.id)


def read(community: Community, reader: str, query: str) -> dict[str, list[str]]:
    """Return the interface text of each page that a kind of reader sees."""
    texts = {}
    for path in community.paths()[reader]:
        response = community.clients[reader].get(f"{path}{'&' if '?' in path else '?'}{query}")
        texts[path] = interface_text(response.text)
    return texts


readers = pytest.mark.parametrize("reader", ["guest", "asker", "staff"])
NOT_WORDS = re.compile(r"[A-Z][\w+-]*(/[\w +/-]+)*")
"""Time zones and the names of languages, which are the same in every language of the interface or come from CLDR."""


@readers
def test_every_word_of_the_interface_goes_through_gettext(community: Community, reader: str):
    touched = set("[]·") | set(stretch("aeioucnsyAEIOUCNSY")) - set(" ")
    escaped = {
        (path, text)
        for path, texts in read(community, reader, "pl=xa").items()
        for text in texts
        if not touched & set(text) and not NOT_WORDS.fullmatch(text)
    }
    assert escaped == set()


@readers
def test_german_pages_have_no_english_sentence(compiled: None, community: Community, reader: str):
    german = {entry.msgstr for entry in entries("de")}
    english = {entry.msgid for entry in entries("de")} - german
    left = {(path, t) for path, texts in read(community, reader, "lang=de").items() for t in texts if t in english}
    assert left == set()


def test_a_page_in_german_says_so(compiled: None, client: FlaskClient):
    page = client.get("/sign-in?lang=de").text
    assert '<html lang="de"' in page
    assert "Willkommen zurück" in page
    assert "Passwort" in page
