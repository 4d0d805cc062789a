"""One suite for every search engine: what the port promises, each adapter keeps."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.search.contract import Document, Found, Order, Scope, SearchBusy, SearchEngine, SearchUnavailable
from app.search.engines.choosing import open_engine
from app.search.maintenance import find_drift, heal, rebuild
from app.search.parsing import parse
from app.search.recipe import loosened, similar_query, text_query
from app.search.spelling import corrected

ENGINES = ("tantivy", "whoosh")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = frozenset({1})
HOSTILE = [
    "", " ", "*", "**", "?", "\\", '"', '""', '"unclosed', "-", "--", "-*", "tag:", "is:", "is:nonsense", 'space:"',
    "AND", "OR NOT", "(", "a^2~3", "[1 TO 2]", "title:x", "constructor", "__proto__", "\0", "\ud800", "%s%n", "{}",
    "'; DROP TABLE questions; --", "<script>alert(1)</script>", "../../etc/passwd", "a" * 10_000, "a " * 5_000,
    '"a" ' * 3_000, "💥", "ﬁ", "İstanbul", "é" * 500, "受信できません", "-tag:x -user:y -space:z", "\u202e", "*a*b*",
]  # fmt: skip


def document(number: int, title: str, body: str = "", **fields) -> Document:
    fields.setdefault("space_id", 1)
    fields.setdefault("version", 1)
    fields.setdefault("created", NOW + timedelta(minutes=number))
    return Document(number, title=title, body=body, **fields)


class Source(dict[int, Document]):
    """Documents in memory, in the place of a database."""

    def highest_id(self) -> int:
        return max(self, default=0)

    def versions(self, first_id, last_id):
        return {i: d.version for i, d in self.items() if first_id <= i <= last_id}

    def documents(self, ids):
        return [self[i] for i in ids if i in self]


@pytest.fixture(params=ENGINES)
def name(request):
    return request.param


@pytest.fixture
def reopen(name: str, tmp_path: Path) -> Callable[[], SearchEngine]:
    return lambda: open_engine(name, tmp_path)


@pytest.fixture
def engine(reopen) -> Iterator[SearchEngine]:
    engine = reopen()
    yield engine
    engine.close()


def put(engine: SearchEngine, *documents: Document) -> None:
    with engine.writing() as batch:
        batch.upsert(documents)
    engine.refresh()


def find(engine: SearchEngine, text: str, *, languages=("en",), spaces=HERE, **scope) -> list[int]:
    live, order = scope.pop("live", False), scope.pop("order", Order.RELEVANCE)
    query = text_query(engine, parse(text), Scope(spaces, **scope), languages, live=live, order=order)
    return [hit.id for hit in engine.search(query).hits]


def test_an_empty_index_answers_and_takes_documents_afterwards(engine):
    assert engine.num_docs() == 0
    assert find(engine, "vpn") == []
    assert engine.versions(1, 100) == {}
    assert engine.doc_freqs(["vpn"]) == {"vpn": 0}
    assert list(engine.vocabulary("v")) == []

    put(engine, document(1, "VPN drops"))

    assert find(engine, "vpn") == [1]


def test_words_are_found_in_any_inflection_and_the_title_counts_most(engine):
    put(
        engine,
        document(1, "Printer offline", "The connection to the printer drops, says the printing dialog."),
        document(2, "Connections keep dropping", "Since this morning."),
        document(3, "Mail is slow"),
    )

    assert find(engine, "connection drops") == [2, 1]


def test_up_to_three_words_are_all_required(engine):
    put(engine, document(1, "VPN drops"), document(2, "VPN setup"), document(3, "Signal drops"))

    assert find(engine, "vpn drops") == [1]


@pytest.mark.parametrize(
    "typed",
    [
        "0x80070005", "80070005", ".92", "KB5034441", "5034441", "C:\\Windows\\", "c:\\windows\\system32", "C++", "C#",
        "192.168.0.17", "102.3.1", "mei@example.org", "constructor", "__proto__", "/etc/hosts", "wifi", "Wi-Fi",
        "outlook.exe", "&&", "Zoë", "zoe", "KB503*", "c:\\win*",
    ],
)  # fmt: skip
def test_what_technical_people_type_finds_the_text_it_was_copied_from(engine, typed):
    put(
        engine,
        document(1, "Something else", "c net x 92 17 168 1 drive"),
        document(
            2,
            "Update fails",
            "Error 0x80070005 after KB5034441 in C:\\Windows\\System32\\drivers, version .92 of outlook.exe (102.3.1), "
            "192.168.0.17 in /etc/hosts; written in C++ and C# by mei@example.org: constructor && __proto__ by wi-fi. "
            "C:\\Windows is full, says Zoë.",
        ),
    )

    assert find(engine, typed) == [2]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("VPN接続できません", ["vpn", "接続", "VPN接続", "vpn 接続", '"vpn接続"']),
        ("iPhone15を交換", ["iphone15", "交換"]),
        ("한국어 검색", ["한국", "검색"]), ("สวัสดีครับ", ["สวัสดี"]), ("Ｗｉｄｅ ＶＰＮ", ["wide", "VPN"]),
        ("Isparta office", ["isparta", "ısparta", "ISPARTA"]), ("İstanbul ofis", ["istanbul", "İSTANBUL"]),
        ("Łódź", ["lodz", "łódź"]), ("Søren", ["soren", "SØREN"]), ("Übergabe", ["ubergabe", "U\u0308bergabe"]),
        ("U\u0308bung", ["übung", "ubung"]), ("Straße", ["strasse", "STRASSE", "STRAßE"]), ("ﬁle", ["file", "ﬁle"]),
        ("pass\u200bword re\u00adset", ["password", "reset", "pass\u00adword"]), ("\ufeffpc", ["pc"]),
        ("pc", ["pc\u200b", "\u202apc\u202c", "\ufeffpc"]), ("❤️", ["❤", "❤️"]),
        ("👨\u200d👩\u200d👧", ["👨\u200d👩\u200d👧"]),
        ("می‌خواهم", ["می‌خواهم"]), ("naïve café", ["naive cafe"]),
        ("dead pc", ["((((pc))))", '"""pc"""', "- pc -"]),
    ],
)  # fmt: skip
def test_letters_that_look_alike_or_not_at_all_find_each_other(engine, written, typed):
    put(engine, document(1, written), document(2, "Something else"))

    for words in typed:
        assert find(engine, words) == [1], words
        assert find(engine, words, live=True) == [1], words


def test_a_single_star_is_a_symbol_like_any_other(engine):
    put(engine, document(1, "What does SELECT * do"), document(2, "What does GROUP BY do"))

    assert find(engine, "*") == [1]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_no_input_is_an_error(engine, typed):
    put(engine, document(1, "VPN drops"))
    typed = typed.encode("utf-8", "replace").decode()

    find(engine, typed)
    find(engine, typed, live=True)
    engine.search(similar_query(engine, typed, typed, Scope(HERE), ("en", "de")))


def test_hostile_text_can_be_indexed_and_found_again(engine):
    put(engine, *(document(n, f"number{n}", t.encode("utf-8", "replace").decode()) for n, t in enumerate(HOSTILE, 1)))

    assert engine.num_docs() == len(HOSTILE)
    assert find(engine, "number7") == [7]


def test_a_pasted_text_finds_the_document_it_comes_from(engine):
    noise = [document(n, f"Trouble {n}", "The server returned an error while sending mail.") for n in range(2, 30)]
    trace = " ".join(f"at module{n}.function{n} line {n}" for n in range(100))
    put(engine, document(1, "Crash on start", trace), *noise)

    assert find(engine, trace * 3)[0] == 1


def test_a_phrase_needs_its_words_side_by_side_and_in_one_text(engine):
    put(
        engine,
        document(1, "Out of memory", "It happens on Mondays."),
        document(2, "Memory", "I went out of the room. My memory is fine."),
        document(3, "We ran out", "Of memory there was a lot."),
    )

    assert find(engine, '"out of memory"') == [1]
    assert find(engine, '"memory it happens"') == []


def test_a_beginning_finds_every_ending(engine):
    put(engine, document(1, "Connectivity lost"), document(2, "Connector broken"), document(3, "Cable cut"))

    assert sorted(find(engine, "connec*")) == [1, 2]
    assert sorted(find(engine, "conn", live=True)) == [1, 2]
    assert find(engine, "conn") == []


def test_a_beginning_finds_the_usual_ending_among_many_odd_ones(engine):
    odd = " ".join(f"conn{a}{b}" for a in "abcd" for b in "abcdefghijklmnopqrstuvwxyz")
    put(engine, document(1, odd), document(2, "Connectors"), document(3, "Connectors"))

    assert set(find(engine, "conn*")) >= {2, 3}
    assert set(find(engine, "conn", live=True)) >= {2, 3}


def test_a_phrase_counts_where_it_stands_and_newest_comes_first_when_asked(engine):
    put(
        engine,
        document(1, "Out of memory", "Out of memory again, out of memory."),
        document(2, "Out of office", "There is memory of it."),
        document(3, "Paper", "We ran out of memory."),
        document(4, "Out of memory", space_id=2),
    )

    assert find(engine, '"out of memory"') == [1, 3]
    assert find(engine, '"out of memory"', order=Order.NEWEST) == [3, 1]
    assert find(engine, '"out of memory" paper') == [3]
    assert find(engine, '"out of memory" -paper') == [1]
    assert find(engine, '"out of memory" -"ran out"') == [1]
    with engine.writing() as batch:
        batch.delete([1])
    engine.refresh()
    assert find(engine, '"out of memory"') == [3]


def test_a_minus_leaves_out(engine):
    put(engine, document(1, "VPN drops on Linux"), document(2, "VPN drops on Windows"))

    assert find(engine, "vpn -linux") == [2]
    assert find(engine, 'vpn -"on windows"') == [1]


def test_only_the_given_spaces_are_looked_into(engine):
    put(engine, document(1, "VPN drops", space_id=1), document(2, "VPN drops", space_id=2))

    assert find(engine, "vpn", spaces=frozenset({2})) == [2]
    assert sorted(find(engine, "vpn", spaces=frozenset({1, 2, 3}))) == [1, 2]
    assert find(engine, "vpn", spaces=frozenset()) == []


def test_filters_narrow_what_is_found(engine):
    put(
        engine,
        document(1, "VPN a", tags=("vpn", "c++"), authors=("7",), has_answer=True, has_accepted=True, language="en"),
        document(2, "VPN b", tags=("vpn",), authors=("7", "8"), has_answer=True, language="de"),
        document(3, "VPN c", authors=("9",), created=NOW - timedelta(days=400)),
    )

    assert find(engine, "vpn", tags=("vpn", "c++")) == [1]
    assert sorted(find(engine, "vpn", excluded_tags=("c++",))) == [2, 3]
    assert sorted(find(engine, "vpn", authors=("8", "9"))) == [2, 3]
    assert sorted(find(engine, "vpn", answered=True)) == [1, 2]
    assert find(engine, "vpn", answered=False) == [3]
    assert find(engine, "vpn", accepted=True) == [1]
    assert sorted(find(engine, "vpn", accepted=False)) == [2, 3]
    assert find(engine, "vpn", language="de") == [2]
    assert sorted(find(engine, "vpn", since=NOW - timedelta(days=7))) == [1, 2]
    assert sorted(find(engine, "vpn", excluded_ids=(1, 3))) == [2]
    assert sorted(find(engine, "", authors=("7",))) == [1, 2]


def test_newest_first_and_pages_that_do_not_overlap(engine):
    put(engine, *(document(n, "VPN drops") for n in range(1, 26)))
    pages = []
    for offset in (0, 10, 20):
        query = text_query(engine, parse("vpn"), Scope(HERE), ("en",), order=Order.NEWEST, limit=10, offset=offset)
        found = engine.search(query)
        assert found.total == 25
        pages.append([hit.id for hit in found.hits])

    assert pages == [list(range(25, 15, -1)), list(range(15, 5, -1)), list(range(5, 0, -1))]


def test_a_later_version_takes_the_place_of_the_earlier_one(engine):
    put(engine, document(1, "VPN drops"), document(2, "Printer"))
    put(engine, document(1, "Mail is slow", version=2))

    assert find(engine, "vpn") == []
    assert find(engine, "mail") == [1]
    assert engine.versions(1, 10) == {1: 2, 2: 1}
    assert engine.versions(2, 2) == {2: 1}
    assert engine.num_docs() == 2


def test_a_deleted_document_is_gone_and_deleting_twice_is_fine(engine):
    put(engine, document(1, "VPN drops"), document(2, "VPN drops"))
    for _ in range(2):
        with engine.writing() as batch:
            batch.delete([1, 99])
    engine.refresh()

    assert find(engine, "vpn") == [2]


def test_a_batch_that_fails_leaves_nothing_behind(engine):
    put(engine, document(1, "VPN drops"))
    with pytest.raises(RuntimeError), engine.writing() as batch:
        batch.upsert([document(2, "VPN drops")])
        batch.delete([1])
        raise RuntimeError

    engine.refresh()
    assert find(engine, "vpn") == [1]
    put(engine, document(3, "VPN drops"))
    assert sorted(find(engine, "vpn")) == [1, 3]


def test_what_was_committed_is_there_after_reopening(engine, reopen):
    put(engine, document(1, "VPN drops"))
    engine.close()

    assert find(engine, "vpn") == [1]
    again = reopen()
    assert find(again, "vpn") == [1]
    again.close()


def test_another_opener_sees_a_commit_within_its_refresh(engine, reopen):
    other = reopen()
    assert find(other, "vpn") == []
    put(engine, document(1, "VPN drops"))

    other.refresh()
    assert find(other, "vpn") == [1]
    other.close()


def test_one_batch_is_open_at_a_time(engine, reopen):
    other = reopen()
    with engine.writing() as batch:
        batch.upsert([document(1, "VPN drops")])
        with pytest.raises(SearchBusy), other.writing(wait_seconds=0.05):
            pytest.fail("two writers at once")
    put(other, document(2, "VPN drops"))

    engine.refresh()
    assert sorted(find(engine, "vpn")) == [1, 2]
    other.close()


def test_document_frequencies_and_vocabulary_tell_how_common_words_are(engine):
    put(engine, document(1, "Printer printing"), document(2, "Printers"), document(3, "Mail"))

    assert engine.doc_freqs(["printer", "mail", "vpn"]) == {"printer": 2, "mail": 1, "vpn": 0}
    assert sorted(engine.vocabulary("print")) == [("printer", 1), ("printers", 1), ("printing", 1)]


def test_words_are_counted_as_written_in_all_spaces_or_in_some(engine):
    put(engine, document(1, "VPN drops"), document(2, "VPNs drop", space_id=2), document(3, "My VPN", space_id=2))

    assert engine.word_freqs(["vpn", "vpns", "fax"]) == {"vpn": 2, "vpns": 1, "fax": 0}
    assert engine.word_freqs(["vpn", "vpns", "fax"], {1}) == {"vpn": 1, "vpns": 0, "fax": 0}
    assert engine.word_freqs(["vpn"], {1, 2, 3}) == {"vpn": 2}
    assert engine.word_freqs(["vpn"], frozenset()) == {"vpn": 0}


@pytest.mark.parametrize("typed", ["vpm", "vnp", "pvn", "vn", "vpnn", "tunel", "tunnle", "reconects", "ÜBERGABW"])
def test_a_misspelt_word_gets_its_neighbour_if_it_stands_where_one_may_look(engine, typed):
    both = "The VPN tunnel reconnects at the Übergabe"
    put(engine, *(document(n, both) for n in range(1, 4)), document(4, "Nothing like it", space_id=2))
    meant = {"t": "tunnel", "r": "reconnects", "Ü": "ubergabe"}.get(typed[0], "vpn")

    assert corrected(engine, [typed], ("en",), HERE) == [meant]
    assert corrected(engine, [typed], ("en",), frozenset({2})) is None


def test_each_language_is_stemmed_by_its_own_rules(engine):
    put(engine, document(1, "Rechnungen drucken", language="de"), document(2, "Print invoices", language="en"))

    assert find(engine, "Rechnung gedruckt", languages=("en", "de")) == []
    assert find(engine, "Rechnung drucken", languages=("en", "de")) == [1]
    assert find(engine, "printing", languages=("de", "en")) == [2]


def test_scripts_without_spaces_are_found_by_a_part(engine):
    put(engine, document(1, "メールを受信できません", language="ja"), document(2, "印刷できません", language="ja"))

    assert find(engine, "受信") == [1]


def test_similar_finds_the_question_with_the_same_trouble(engine):
    put(
        engine,
        document(1, "VPN drops every few minutes", "The tunnel reconnects and then drops again on wifi."),
        document(2, "How do I print double-sided", "The printer driver has no such option."),
        document(3, "Wifi is slow", "Only in the canteen."),
    )
    query = similar_query(
        engine, "My tunnel keeps dropping", "I use wifi and the VPN reconnects every few minutes.", Scope(HERE), ("en",)
    )

    assert engine.search(query).hits[0].id == 1


def test_of_a_long_text_the_telling_words_are_looked_for_not_the_frequent_ones(engine):
    chatter = " ".join(f"chatter{n} chatter{n}" for n in range(35))
    noise = [document(n, f"Trouble {n}", chatter) for n in range(10, 30)]
    put(engine, document(1, "Something else", "The spooler stops."), *noise)

    query = similar_query(engine, "Please help", f"{chatter} spooler", Scope(HERE), ("en",))

    assert ("spooler",) in {form for clause in query.should for form in clause.forms}


def test_a_word_that_stands_nowhere_does_not_keep_a_title_from_its_like(engine):
    put(engine, document(1, "VPN drops"), document(2, "Printer offline"), document(3, "It is so"))

    def similar(title: str) -> list[int]:
        query = similar_query(engine, title, "", Scope(HERE), ("en",))
        found = engine.search(query) if query.should else Found()
        wider = None if found.hits else loosened(query)
        return sorted(hit.id for hit in (engine.search(wider) if wider else found).hits)

    assert similar("VPN") == similar("The VPN zyzzyva") == [1]
    assert similar("VPN printer") == [1, 2]
    assert similar("is it so") == similar("zyzzyva") == similar("??") == []


def test_two_readers_search_while_one_writes(engine):
    put(engine, document(1, "VPN drops"))
    problems: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                assert 1 in find(engine, "vpn")
        except BaseException as problem:  # noqa: BLE001  # reported by the main thread
            problems.append(problem)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(2, 14):
        put(engine, document(number, f"Mail {number}"), document(1, "VPN drops", version=number))
    stop.set()
    for reader in readers:
        reader.join()

    assert problems == []
    assert find(engine, "mail 13") == [13]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.search.contract import Document
from app.search.engines.choosing import open_engine
engine = open_engine(sys.argv[1], Path(sys.argv[2]))
number = int(sys.argv[3])
while True:
    number += 1
    with engine.writing() as batch:
        batch.upsert([Document(number, 1, 1, f"VPN {number}", "drops " * 50, datetime.now(UTC))])
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged_and_blocks_nobody(engine, name, tmp_path):
    chance, acknowledged = random.Random(7), 0
    for _ in range(3):
        arguments = [sys.executable, "-c", WRITER, name, str(tmp_path), str(acknowledged)]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        assert process.stdout is not None
        acknowledged = int(process.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged = max([acknowledged, *(int(line) for line in rest.split() if line.isdigit())])
        engine.refresh()
        assert set(range(1, acknowledged + 1)) <= set(engine.versions(1, 10_000))
        put(engine, document(10_001, "Still writable"))
        assert find(engine, "writable") == [10_001]


def test_drift_is_found_and_healed(engine):
    source = Source({n: document(n, f"Trouble number{n}") for n in range(1, 1201)})
    assert len(heal(engine, source).missing) == 1200
    source.pop(5)
    source[700] = document(700, "Changed", version=2)
    source[1300] = document(1300, "Added")
    put(engine, document(2000, "Left over"))

    drift = find_drift(engine, source)

    assert (drift.missing, drift.stale, set(drift.superfluous)) == ((1300,), (700,), {5, 2000})
    heal(engine, source)
    assert find_drift(engine, source).count == 0
    engine.refresh()
    assert find(engine, "changed") == [700]


def test_a_rebuild_goes_on_beside_searches_and_catches_up_with_changes(engine, reopen):
    source = Source({n: document(n, f"Trouble number{n}") for n in range(1, 601)})
    heal(engine, source)
    put(engine, document(999, "Rubbish"))
    other = reopen()
    seen: list[int] = []

    def change_while_building(done: int, _total: int) -> None:
        seen.append(done)
        engine.refresh()
        assert find(engine, "rubbish") == [999]
        source[3] = document(3, "Changed meanwhile", version=2)

    assert rebuild(engine, source, change_while_building) == 600

    assert seen == [500, 600]
    for reader in (engine, other):
        reader.refresh()
        assert find(reader, "rubbish") == []
        assert find(reader, "meanwhile") == [3]
    other.close()


def test_an_interrupted_rebuild_goes_on_where_it_stopped(engine):
    source = Source({n: document(n, f"Trouble number{n}") for n in range(1, 1001)})

    def lose_power(done: int, _total: int) -> None:
        if done == 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(engine, source, lose_power)
    assert engine.num_docs() == 0
    with engine.successor() as successor:
        assert successor.num_docs() == 500

    assert rebuild(engine, source) == 1000
    assert engine.num_docs() == 1000


def test_two_rebuilds_do_not_run_at_once(engine, reopen):
    other = reopen()
    with engine.successor(), pytest.raises(SearchBusy):
        rebuild(other, Source())
    other.close()


def test_what_was_looked_up_before_does_not_outlive_a_change(engine):
    put(engine, *(document(n, f"VPN drops {n}") for n in range(1, 6)))
    assert find(engine, "drops") != []

    with engine.writing() as batch:
        batch.delete([1])
        batch.upsert([document(2, "Printer prints")])
    engine.refresh()

    assert sorted(find(engine, "drops")) == [3, 4, 5]
    assert find(engine, "prints") == [2]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves such a file open
def test_an_index_that_cannot_be_read_says_so(engine, tmp_path, monkeypatch):
    put(engine, document(1, "VPN drops"))
    query = text_query(engine, parse("vpn"), Scope(HERE), ("en",))
    engine.close()
    for file in [f for f in tmp_path.rglob("*") if f.is_file() and f.name != "current" and f.suffix != ".lock"]:
        ruined = file.with_name(f"{file.name}.ruined")
        ruined.write_bytes(b"ruined" * 200)
        ruined.replace(file)  # a file cut short under a merge that still has it mapped would end this process

    with pytest.raises(SearchUnavailable):
        engine.search(query)
