"""A text in both of its forms, and the port that makes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RichText:
    """What somebody wrote, rendered and safe to print.

    ``mentions`` are the handles named with an at sign, in order, without doubles; ``files`` the keys of attachments
    that the text links to.
    """

    source: str
    html: str
    renderer: int
    mentions: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class TextRenderer(Protocol):
    """Makes safe HTML from Markdown within a bounded time."""

    def render(self, source: str, writer: int | None = None) -> RichText:
        """Render one text; ``writer`` is the id of whoever waits for it, so that nobody's texts hold up others'.

        Raises:
            Invalid: field ``body``, when the text is too long, nested too deeply or takes too long to render.

        """
        ...

    def close(self) -> None:
        """Stop the worker processes."""
        ...
