from __future__ import annotations

from datetime import UTC, datetime

from app.search.contract import Document, Order, Scope
from app.search.engines import whoosh
from app.search.parsing import parse
from app.search.recipe import text_query

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_when_time_runs_out_the_answer_says_so(tmp_path, monkeypatch):
    engine = whoosh.open_whoosh(tmp_path)
    with engine.writing() as batch:
        batch.upsert([Document(n, 1, 1, "VPN drops", "every few minutes", NOW) for n in range(1, 400)])
    engine.refresh()
    query = text_query(engine, parse('"VPN drops"'), Scope(frozenset({1})), ("en",), order=Order.NEWEST)
    assert (engine.search(query).total, engine.search(query).cut_short) == (399, False)

    monkeypatch.setattr(whoosh, "SECONDS", 0.0)
    found = engine.search(query)

    assert found.cut_short
    assert found.total < 399


def test_a_phrase_of_a_rare_and_a_common_word_is_found_after_documents_were_deleted(tmp_path):
    engine = whoosh.open_whoosh(tmp_path)
    with engine.writing() as batch:
        batch.upsert([Document(n, 1, 1, "Common trouble", "of every day", NOW) for n in range(1, 30)])
        batch.upsert([Document(30, 1, 1, "Rare common trouble", "", NOW), Document(31, 1, 1, "Rare", "common", NOW)])
        batch.upsert([Document(32, 1, 1, "Rare gone", "", NOW), Document(33, 1, 1, "Rare", "", NOW)])
    with engine.writing() as batch:
        batch.delete([1, 2, 3, 32])
    engine.refresh()

    def find(text: str) -> list[int]:
        return [hit.id for hit in engine.search(text_query(engine, parse(text), Scope(frozenset({1})), ("en",))).hits]

    assert find('"rare common"') == [30]
    assert find('"rare gone"') == []


def test_a_snapshot_is_opened_again_only_after_something_was_written(tmp_path):
    store = whoosh.WhooshStore(tmp_path)
    first = store.reader()
    with store.writing() as batch:
        batch.upsert([Document(1, 1, 1, "VPN drops", "", NOW)])

    second = store.reader()

    assert second is not first
    assert store.reader() is second
