"""Every page that is looked at: who sees it and where it is. A new page is one line."""

from __future__ import annotations

from tests.browser.conftest import ADMINISTRATOR, MEMBER

PAGES: list[tuple[str | None, str]] = [
    (None, "/"),
    (None, "/sign-in"),
    (None, "/register"),
    (None, "/find?q=vpn"),
    (None, "/find?q=zzzzzz"),
    (None, "/nothing-here"),
    (None, "/language"),
    (None, "/help"),
    (MEMBER, "/"),
    (MEMBER, "/questions"),
    (MEMBER, "/questions/{question}"),
    (MEMBER, "/ask"),
    (MEMBER, "/tags"),
    (MEMBER, "/spaces"),
    (MEMBER, "/inbox"),
    (MEMBER, "/drafts"),
    (MEMBER, "/people/priya"),
    (MEMBER, "/settings"),
    (MEMBER, "/leaderboard"),
    (MEMBER, "/privileges"),
    (MEMBER, "/badges"),
    (ADMINISTRATOR, "/admin"),
]
IDS = [f"{'guest' if who is None else who.split('@')[0]} {path}" for who, path in PAGES]
