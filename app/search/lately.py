"""What was found lately, for when the index does not answer: old hits are better than none.

Only ids are kept, and for exactly one search by somebody with exactly these spaces; whoever shows them reads them again
under the reader's rights.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from app.search.contract import Found

MOST = 500


class Lately:
    """The last answers of this process, safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Found] = OrderedDict()
        self._guard = threading.Lock()

    def keep(self, asked: Hashable, found: Found) -> None:
        """Remember an answer."""
        with self._guard:
            self._answers[asked] = found
            self._answers.move_to_end(asked)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def found(self, asked: Hashable) -> Found:
        """Return the last answer to the same search; an empty one when there is none. Either is marked as cut short."""
        with self._guard:
            known = self._answers.get(asked, Found())
        return Found(known.hits, known.total, cut_short=True)


LATELY = Lately()
