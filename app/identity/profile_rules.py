"""What a name and the texts of a profile may be."""

from __future__ import annotations

from app.kernel.errors import Invalid

LONGEST_NAME = 80
LONGEST_LINE = 120
LONGEST_TEXT = 2000


def clean_name(text: str) -> str:
    """Return a name without needless spaces and without invisible characters.

    Raises:
        Invalid: when nothing is left, or too much.

    """
    name = " ".join("".join(c for c in text if c.isprintable()).split())
    if not name:
        raise Invalid("name", "identity.name_missing")
    if len(name) > LONGEST_NAME:
        raise Invalid("name", "identity.name_too_long", longest=LONGEST_NAME)
    return name


def clean_line(field: str, text: str) -> str:
    """Return one line of a profile.

    Raises:
        Invalid: when it is too long.

    """
    line = " ".join(text.split())
    if len(line) > LONGEST_LINE:
        raise Invalid(field, "identity.text_too_long", longest=LONGEST_LINE)
    return line


def clean_text(field: str, text: str) -> str:
    """Return a text of a profile.

    Raises:
        Invalid: when it is too long.

    """
    cleaned = text.replace("\r\n", "\n").strip()
    if len(cleaned) > LONGEST_TEXT:
        raise Invalid(field, "identity.text_too_long", longest=LONGEST_TEXT)
    return cleaned
