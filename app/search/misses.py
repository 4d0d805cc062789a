"""Remember what was looked for in vain, without remembering anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from app.kernel.unit_of_work import UnitOfWork
from app.search import analysis
from app.search.models import SearchMiss

MOST_WORDS = 6
WORD_LENGTHS = range(3, 25)
KEPT_FOR = timedelta(days=90)


def telling_words(words: Sequence[str], languages: Sequence[str]) -> str:
    """Return what may be kept of a search; empty when nothing may."""
    plain = {analysis.strip_marks(analysis.fold(word)) for word in words if not analysis.is_stop_word(word, languages)}
    kept = sorted(word for word in plain if word.isalpha() and len(word) in WORD_LENGTHS)
    return " ".join(kept[:MOST_WORDS])


def record_miss(uow: UnitOfWork, words: str) -> None:
    """Count one more search that found nothing; ``words`` come from ``telling_words``."""
    key = (uow.now.date(), words)
    row = uow.session.get(SearchMiss, key, with_for_update=True)
    if row is None:
        uow.session.add(SearchMiss(day=key[0], words=words, count=1))
    else:
        row.count += 1


def forget_misses(uow: UnitOfWork) -> None:
    """Drop what is older than ``KEPT_FOR``."""
    uow.session.execute(delete(SearchMiss).where(SearchMiss.day < (uow.now - KEPT_FOR).date()))
