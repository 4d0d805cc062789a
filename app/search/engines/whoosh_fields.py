"""What a Whoosh index keeps of a document; the terms come from the recipe, analysed already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh import analysis, fields

from app.search import recipe
from app.search.contract import Document

STACKED = "\x1f"
"""Stands between terms at one position in the text that is handed to the tokenizer below."""


class Positions(analysis.Tokenizer):  # type: ignore[misc]  # whoosh ships no types
    """Reads terms that were analysed already: a space between positions, ``STACKED`` between terms at one position."""

    def __call__(self, value: str, positions: bool = False, start_pos: int = 0, **_options: Any) -> Iterator[Any]:
        """Yield whoosh's reused token once for each term."""
        token = analysis.Token(positions, chars=False, removestops=False, mode="index")
        token.boost, token.stopped = 1.0, False
        for number, stacked in enumerate(value.split(" "), start_pos):
            for term in stacked.split(STACKED):
                if term:
                    token.text, token.pos = term, number
                    yield token


def schema() -> Any:
    """Return the fields of an index."""
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        version=fields.STORED,
        all=fields.TEXT(analyzer=Positions(), phrase=True, stored=False),
        surface=fields.KEYWORD(scorable=False),
        space=fields.ID,
        tag=fields.KEYWORD(scorable=False),
        author=fields.KEYWORD(scorable=False),
        language=fields.ID,
        state=fields.KEYWORD(scorable=False),
        created=fields.NUMERIC(numtype=int, bits=64, sortable=True),
    )


def native_document(document: Document) -> dict[str, Any]:
    """Return the values of a document's fields."""
    terms = recipe.terms_of(document)
    return {
        "id": str(document.id),
        "version": document.version,
        "all": " ".join(STACKED.join(stacked) for stacked in terms.positions),
        "surface": " ".join(terms.surfaces),
        "space": str(document.space_id),
        "tag": " ".join(document.tags),
        "author": " ".join(document.authors),
        "language": document.language,
        "state": " ".join(
            ("answered" if document.has_answer else "unanswered", "accepted" if document.has_accepted else "unaccepted")
        ),
        "created": int(document.created.timestamp()),
    }
