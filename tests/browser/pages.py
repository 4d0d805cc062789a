"""Every page that is looked at: who sees it and where it is. A new page is one line."""

from __future__ import annotations

from tests.browser.conftest import ADMINISTRATOR, AGENT, MEMBER

Place = tuple[str | None, str]

PAGES: list[Place] = [
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
    (MEMBER, "/people/priya"),
    (MEMBER, "/settings"),
    (MEMBER, "/leaderboard"),
    (AGENT, "/questions/{question}"),
    (AGENT, "/waiting"),
    (AGENT, "/waiting/{ticket}"),
    (ADMINISTRATOR, "/admin"),
]
"""What people meet every day: seen in every corner."""

QUIET_PAGES: list[Place] = [
    (None, "/questions/{question}"),
    (None, "/forgotten"),
    (None, "/accessibility"),
    (MEMBER, "/drafts"),
    (MEMBER, "/questions/{question}/history"),
    (MEMBER, "/spaces/it"),
    (MEMBER, "/tags/vpn"),
    (MEMBER, "/people/priya/reputation"),
    (MEMBER, "/privileges"),
    (MEMBER, "/badges"),
    (MEMBER, "/settings/looks"),
    (MEMBER, "/settings/formats"),
    (MEMBER, "/settings/mail"),
    (MEMBER, "/settings/account"),
    (MEMBER, "/settings/data"),
    (ADMINISTRATOR, "/questions/{question}/close"),
    (ADMINISTRATOR, "/questions/{question}/edit"),
    (ADMINISTRATOR, "/questions/{question}/same-as"),
    (ADMINISTRATOR, "/admin/people"),
    (ADMINISTRATOR, "/admin/people/1"),
    (ADMINISTRATOR, "/admin/groups"),
    (ADMINISTRATOR, "/admin/mail"),
    (ADMINISTRATOR, "/admin/audit"),
    (ADMINISTRATOR, "/admin/deliveries"),
    (ADMINISTRATOR, "/admin/spaces"),
    (ADMINISTRATOR, "/admin/spaces/1"),
    (ADMINISTRATOR, "/admin/policies"),
    (ADMINISTRATOR, "/admin/policies/1"),
    (ADMINISTRATOR, "/admin/calendars"),
    (ADMINISTRATOR, "/admin/calendars/1"),
    (ADMINISTRATOR, "/admin/reputation"),
    (ADMINISTRATOR, "/admin/desks"),
    (ADMINISTRATOR, "/admin/desks/1"),
    (AGENT, "/questions/{question}/escalate"),
    (ADMINISTRATOR, "/waiting/texts"),
    (AGENT, "/waiting/{ticket}/join"),
    (ADMINISTRATOR, "/waiting/texts/1"),
]
"""What is made of the same parts: seen in one of the two hardest corners, by turns."""


def name_of(place: Place) -> str:
    """Name a page and its reader as test ids do: ``priya /inbox``."""
    who, path = place
    return f"{'guest' if who is None else who.split('@')[0]} {path}"
