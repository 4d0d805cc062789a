"""A small browser: cookies, forms and connections that stay open."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import urlencode

CONNECTIONS = 4
"""Two for each web worker, so that none of them is ever idle."""
SHOWN = 300
"""Characters of an unexpected page that are told."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    path: str
    fields: tuple[tuple[str, str], ...] | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Form:
    """A form of a page with what it would send untouched."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def forms(self) -> list[Form]:
        """Return the forms of the page."""
        reader = _Forms()
        reader.feed(self.body.decode())
        return reader.forms

    @property
    def words(self) -> str:
        """Return the words of what the page is about, without its mark-up."""
        text = self.body.decode(errors="replace")
        return " ".join(re.sub(r"<[^>]*>", " ", text.partition("<main")[2] or text).split())


class Browser:
    """One person's cookies, and a connection."""

    def __init__(self, port: int) -> None:
        self._own = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def send(self, request: Request, connection: HTTPConnection | None = None) -> Answer:
        """Send a request, over the browser's own connection or another, and read the whole answer."""
        connection = connection or self._own
        headers = {"Accept": "text/html", "Accept-Language": "en", **dict(request.headers)}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if request.fields is not None:
            body = urlencode(request.fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method = "POST" if body is not None else "GET"
        try:
            connection.request(method, request.path, body, headers)
            response = connection.getresponse()
        except (RemoteDisconnected, BrokenPipeError):  # it was idle for too long; a browser opens another, too
            connection.close()
            connection.request(method, request.path, body, headers)
            response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        for cookie in response.msg.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the page."""
        page = self.send(Request("/sign-in"))
        form = next(f for f in page.forms if "password" in f.fields)
        filled = {**form.fields, "email": email, "password": password}
        answer = self.send(Request(form.action or "/sign-in", tuple(filled.items())))
        if answer.status != 303:
            raise RuntimeError(f"signing in gave {answer.status}")


class Proxy:
    """A few connections that stay open and carry everybody's requests, as those of a reverse proxy do."""

    def __init__(self, port: int) -> None:
        self._connections = [HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(CONNECTIONS)]

    def send_all(
        self, browsers: Sequence[Browser], requests: Sequence[tuple[int, Request]], expect: int
    ) -> list[Answer]:
        """Send requests, each with the cookies of the browser of its number, over all connections at once.

        Raises:
            RuntimeError: when one is not answered with the expected status.

        """
        answers: list[Answer | None] = [None] * len(requests)
        problems: list[str] = []

        def work(turn: int) -> None:
            for place in range(turn, len(requests), CONNECTIONS):
                who, request = requests[place]
                answer = browsers[who].send(request, self._connections[turn])
                answers[place] = answer
                if answer.status != expect:
                    problems.append(f"{request.path} gave {answer.status}: {answer.words[:SHOWN]}")
                    return

        _together(work)
        if problems:
            raise RuntimeError(problems[0])
        return [answer for answer in answers if answer is not None]


def _together(work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(facts.get("action", ""))
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "textarea", "button") and _is_sent(facts):
            self._open.fields[facts["name"]] = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def _is_sent(facts: dict[str, str]) -> bool:
    """Tell whether a browser sends a control untouched: it has a name, and a box or circle is ticked."""
    return bool(facts.get("name")) and (facts.get("type") not in ("checkbox", "radio") or "checked" in facts)
