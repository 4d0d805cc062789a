"""What is measured: the requests of each page, made from what stands in the database."""

from __future__ import annotations

import random
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from sqlalchemy import create_engine, text

from tests.bench.client import Browser, Form, Proxy, Request
from tests.bench.databases import PASSWORD, PEOPLE, Place, email_of

GUEST, MEMBER = PEOPLE, 0
"""Numbers of browsers: the first ones are signed in, the last one is a guest."""
SEED = 20_260_101
Sent = tuple[int, Request]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One line of the table. ``requests`` gives so many that have not been sent before."""

    name: str
    budget_ms: float
    requests: Callable[[int], list[Sent]]
    expect: int = 200
    writes: bool = False


class Stage:
    """Browsers, and what they may ask for."""

    def __init__(self, place: Place, port: int) -> None:
        self._random = random.Random(SEED)
        self.browsers = [Browser(port) for _ in range(PEOPLE + 1)]
        self.proxy = Proxy(port)
        for number in range(PEOPLE):
            self.browsers[number].sign_in(email_of(number), PASSWORD)
        database = create_engine(place.address or f"sqlite:///{place.folder / 'peerdesk.sqlite3'}")
        with database.connect() as connection:
            five = "SELECT id FROM questions WHERE answer_count = 5 AND closed_at IS NULL ORDER BY id"
            self.five_answers = list(connection.scalars(text(five)))
            open_ones = "SELECT id FROM questions WHERE closed_at IS NULL AND answer_count < 4 ORDER BY id"
            self._open = list(connection.scalars(text(open_ones)))
            self.titles = list(
                connection.scalars(text("SELECT title FROM questions WHERE language = 'en' ORDER BY id"))
            )
        database.dispose()
        self._random.shuffle(self._open)
        self._words = _usual_words(self.titles)
        self._votes: list[Sent] = []
        self._answers: list[Sent] = []
        self._etags: dict[str, str] = {}

    def scenarios(self) -> list[Scenario]:
        """Return what is measured, in the order of the table; writes come last."""
        return [
            Scenario("question page, 5 answers, signed out", 3, lambda n: self._one_question(n, GUEST)),
            Scenario("question page, 5 answers, signed in", 6, lambda n: self._one_question(n, MEMBER)),
            Scenario("any of these pages, signed out", 3, lambda n: self._questions(n, GUEST)),
            Scenario("any of these pages, signed in", 6, lambda n: self._questions(n, MEMBER)),
            Scenario("front list, signed out", 3, lambda n: self._front(n, GUEST)),
            Scenario("front list, signed in", 6, lambda n: self._front(n, MEMBER)),
            Scenario("search, two words, signed out", 8, self._searches),
            Scenario("similar while typing, signed in", 10, self._similar),
            Scenario("question page unchanged (304)", 1, self._unchanged, expect=304),
            Scenario("post an answer", 8, self._post_answers, expect=303, writes=True),
            Scenario("vote", 4, self._cast_votes, expect=303, writes=True),
        ]

    def _one_question(self, count: int, who: int) -> list[Sent]:
        """Ask for one page again and again, as the other forums were measured."""
        return [(who, Request(f"/questions/{self.five_answers[len(self.five_answers) // 2]}"))] * count

    def _questions(self, count: int, who: int) -> list[Sent]:
        return [(who, Request(f"/questions/{i}")) for i in self._random.choices(self.five_answers, k=count)]

    def _front(self, count: int, who: int) -> list[Sent]:
        return [(who, Request("/questions"))] * count

    def _searches(self, count: int) -> list[Sent]:
        pairs = [self._random.sample(self._words, 2) for _ in range(count)]
        return [(GUEST, Request(f"/find?q={one}+{two}")) for one, two in pairs]

    def _similar(self, count: int) -> list[Sent]:
        """Send what somebody has typed by the time they pause: four to eight words."""
        typed: list[str] = []
        while len(typed) < count:
            words = re.findall(r"\w+", self._random.choice(self.titles))
            if len(words) >= 4:
                typed.append(quote_plus(" ".join(words[: self._random.randint(4, 8)])))
        return [(MEMBER, Request(f"/similar?title={words}", headers=(("HX-Request", "true"),))) for words in typed]

    def _unchanged(self, count: int) -> list[Sent]:
        sent = self._questions(count, GUEST)
        for _, request in sent:
            if request.path not in self._etags:
                self._etags[request.path] = self.browsers[GUEST].send(request).headers["etag"]
        return [(who, Request(r.path, headers=(("If-None-Match", self._etags[r.path]),))) for who, r in sent]

    def _post_answers(self, count: int) -> list[Sent]:
        while len(self._answers) < count:
            who = len(self._answers) % PEOPLE
            form = self._form(who, self._open.pop(), r"answers?$")
            form.fields |= {
                "body": f"Have you tried *{self._random.choice(self.titles)}*?",
                "once": secrets.token_hex(9),
            }
            self._answers.append((who, Request(form.action, tuple(form.fields.items()))))
        chosen, self._answers = self._answers[:count], self._answers[count:]
        return chosen

    def _cast_votes(self, count: int) -> list[Sent]:
        """Let every moderator vote in turn; nobody reaches the forty votes of a day."""
        while len(self._votes) < count:
            question_id = self._random.choice(self.five_answers)
            who = 1 + len(self._votes) % (PEOPLE - 1)
            page = self.browsers[who].send(Request(f"/questions/{question_id}"))
            forms = [f for f in page.forms if re.search(r"vote", f.action) and f.fields.get("value") == "1"]
            form = self._random.choice(forms)
            self._votes.append((who, Request(form.action, tuple(form.fields.items()))))
        chosen, self._votes = self._votes[:count], self._votes[count:]
        return chosen

    def _form(self, who: int, question_id: int, action: str) -> Form:
        page = self.browsers[who].send(Request(f"/questions/{question_id}"))
        return next(f for f in page.forms if re.search(action, f.action))


def warm_up(stage: Stage, scenario: Scenario, count: int) -> None:
    """Let caches fill, templates compile and connections open."""
    stage.proxy.send_all(stage.browsers, scenario.requests(count), scenario.expect)


def _usual_words(titles: Sequence[str]) -> list[str]:
    """Return words that stand in some titles but not in most: what people search for."""
    seen = Counter(word for title in titles for word in set(re.findall(r"[a-z]{4,}", title.lower())))
    return sorted(word for word, count in seen.items() if len(titles) / 2000 <= count <= len(titles) / 20)
