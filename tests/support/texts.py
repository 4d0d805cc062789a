"""Texts as a form would hand them to a service, without the cost of rendering."""

from __future__ import annotations

import re

from app.text.contract import RichText

_MENTION = re.compile(r"@([a-z0-9_-]+)")


def rich(source: str = "Since this morning.", *, html: str | None = None, files: tuple[str, ...] = ()) -> RichText:
    return RichText(source, html or f"<p>{source}</p>", 1, tuple(_MENTION.findall(source)), files)
