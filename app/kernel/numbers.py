"""Read whole numbers that come from outside: an address, a form, a cursor, the name of a room."""

from __future__ import annotations

LARGEST_ID = 2**31 - 1
"""What PostgreSQL compares with an integer column: the ids of everything that people make."""
LARGEST_SERIAL = 2**63 - 1
"""The same for a bigint column: the ids of what the product writes down by itself."""
_LONGEST = len(str(LARGEST_ID))


def whole_number(typed: str) -> int | None:
    """Return the number from 0 to ``LARGEST_ID`` that was typed in ASCII digits, None for anything else.

    ``str.isdigit`` alone lets through «²», which ``int`` refuses, and thousands of digits, which it refuses too.
    """
    if not (typed.isascii() and typed.isdecimal()) or len(typed) > _LONGEST:
        return None
    number = int(typed)
    return number if number <= LARGEST_ID else None
