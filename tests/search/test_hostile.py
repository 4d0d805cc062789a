"""What people paste and what attackers type, through the pages, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.queries.finding import MOST_SPACES
from app.search.contract import DocumentSource, SearchEngine
from app.search.engines.choosing import open_engine
from app.search.maintenance import find_drift, heal, rebuild

ENHANCED = {"HX-Request": "true"}
TITLES = {
    "error": "Windows Update fails with 0x80070005",
    "version": "Broken since .92 was installed",
    "patch": "KB5034441 will not install",
    "path": r"Cannot write to C:\Windows\System32\drivers",
    "language": "C++ runtime is missing",
    "star": "What does * mean in crontab",
    "constructor": "TypeError: constructor is not a function",
    "file": "Outlook.exe crashes when it starts",
    "flag": "ssh -o StrictHostKeyChecking=no has no effect",
    "wifi": "Wi-Fi drops in room 3.14",
    "hebrew": "המדפסת לא מדפיסה בצבע",
    "arabic": "الطابعة لا تعمل منذ الصباح",
    "emoji": "Teams shows 💥 and closes",
    "chinese": "无法连接到打印机",
}
FINDS = [
    ("0x80070005", "error"), ("0X80070005", "error"), ("80070005", "error"), (".92", "version"), ("KB5034441", "patch"),
    ("kb5034441", "patch"), ("5034441", "patch"), ("C:\\Windows\\", "path"), ("c:\\windows\\system32\\drivers", "path"),
    ("C++", "language"), ("c++ runtime", "language"), ("constructor", "constructor"), ("Outlook.exe", "file"),
    ("outlook", "file"), ("StrictHostKeyChecking=no", "flag"), ("wifi", "wifi"), ("wi-fi", "wifi"), ("3.14", "wifi"),
    ("המדפסת", "hebrew"), ("الطابعة", "arabic"), ("\u202eالطابعة\u202c", "arabic"), ("💥", "emoji"),
    ("打印机", "chinese"),
    ('"will not install"', "patch"), ('"will not install', "patch"), ("“will not install”", "patch"),
    ("crontab *", "star"),
]  # fmt: skip
PASTE = ("2026-11-22T10:00:00 ERROR 0x80070005 svchost[4312]: access denied (C:\\Windows\\Temp\\a.log)\r\n" * 120)[
    :10_000
]
HOSTILE = [
    "*", "**", "a*", '"', '""', '"unclosed', "tag:", "space:", "user:", "is:", "is:nonsense", "-", "--", "-tag:",
    "AND OR NOT", "(((((", "a~2 b^9", "[1 TO 9999999999]", "title:x all:y space:1", "id:1", "{}", "%00", "%s%n",
    "constructor __proto__",
    "'; DROP TABLE questions; --", "<script>alert(1)</script>", "../../../etc/passwd", "\u202e\u2066\u200f",
    "👩‍👩‍👧‍👦" * 50,
    "é" * 3000, "a" * 10_000, "a " * 5_000, '"a" ' * 2_500, "tag:" * 2_500, "-x " * 3_000, "*a*b*" * 2_000, PASTE,
    "ﷺ" * 500, "𝕬𝖇𝖈", "İSTANBUL ıſ", "\ud7ff\ue000\ufffd", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 50,
]  # fmt: skip


@pytest.fixture(params=["tantivy", "whoosh"])
def both(request, runtime, source, tmp_path, monkeypatch):
    """Each engine in turn, in the place of the product's own."""
    engine = open_engine(request.param, tmp_path)
    monkeypatch.setitem(runtime.ports, SearchEngine, engine)
    yield engine
    engine.close()


@pytest.fixture
def asked(make, both, source):
    space, asker = make.space(visibility=Visibility.PUBLIC), make.user()
    questions = {name: make.question(space=space, asker=asker, title=title) for name, title in TITLES.items()}
    heal(both, source)
    both.refresh()
    return {name: question.id for name, question in questions.items()}


def search(client, text, **options):
    return client.get("/find", query_string={"q": text}, **options)


def test_what_is_in_error_messages_finds_its_question(client, asked):
    for typed, name in FINDS:
        for options in ({}, {"headers": ENHANCED}):
            page = search(client, typed, **options)
            assert page.status_code == 200, typed
            assert f'href="/questions/{asked[name]}"' in page.text, typed


def test_nothing_that_is_typed_fails_or_comes_back_as_markup(client, asked):
    for typed in HOSTILE:
        for path in ("/find?q=", "/similar?title="):
            page = client.get(path + quote(typed.encode("utf-8", "surrogatepass")))
            assert page.status_code == 200, (path, typed[:40])
            assert "<script>alert" not in page.text
            assert "Search is slow" not in page.text, typed[:40]


def test_a_pasted_log_finds_its_error(client, asked):
    assert f'href="/questions/{asked["error"]}"' in search(client, PASTE).text
    typed = {"title": "My update fails again: 0x80070005", "body": PASTE}
    assert f'id="similar-{asked["error"]}"' in client.get("/similar", query_string=typed).text


@pytest.mark.parametrize(
    "typed",
    ["payroll", '"payroll run"', "pay*", "is:unanswered", "space:secret", "space:secret payroll", "user:boss",
     "tag:salary", "-nothing", "payrol", "paroll", "pyaroll"],
)  # fmt: skip
def test_no_operator_shows_a_hidden_space(client, make, both, source, typed):
    boss = make.user("Boss", handle="boss")
    secret = make.space("Secret", slug="secret", visibility=Visibility.PRIVATE, groups=(make.group(boss),))
    hidden, *_ = [make.question(asker=boss, space=secret, title=f"Payroll run {n} fails") for n in range(4)]
    make.question(title="Printer is offline")
    heal(both, source)
    both.refresh()

    for options in ({}, {"headers": ENHANCED}):
        page = search(client, typed, **options).text
        assert f"/questions/{hidden.id}" not in page
        assert "Payroll" not in page
        assert "Secret" not in page
        assert "Did you mean" not in page
    assert "Payroll" not in client.get("/similar", query_string={"title": f"{typed} payroll run"}).text
    make.sign_in(client, boss)
    assert "/questions/" in search(client, "payroll").text


def test_words_of_a_hidden_space_change_nothing_that_is_similar(client, make, both, source):
    secret = make.space("Secret", slug="secret", visibility=Visibility.PRIVATE)
    make.question(title="VPN drops", space=make.space(visibility=Visibility.PUBLIC))
    heal(both, source)
    both.refresh()

    def similar() -> list[bool]:
        titles = ("VPN payroll salary", "VPN payroll", "payroll salary", "VPN payroll salary bonus raise")
        return ['id="similar-' in client.get("/similar", query_string={"title": title}).text for title in titles]

    before = similar()
    for number in range(3):
        make.question(title=f"Payroll and salary, bonus and raise {number}", space=secret)
    heal(both, source)
    both.refresh()

    assert similar() == before == [True, True, False, True]


def test_what_was_hidden_a_moment_ago_is_not_counted(client, make, both, source):
    space, secret = make.space(visibility=Visibility.PUBLIC), make.space("Secret", visibility=Visibility.PRIVATE)
    questions = [make.question(title=f"Payroll run {number}", space=space) for number in range(3)]
    heal(both, source)
    both.refresh()
    with make.unit_of_work() as uow:  # the index has not heard of it yet
        uow.session.get_one(Question, questions[0].id).space_id = secret.id

    for options in ({}, {"headers": ENHANCED}):
        page = search(client, "payroll", **options).text
        assert "2 questions found" in page
        assert "3 questions found" not in page


def test_a_space_can_be_named_however_many_there_are(client, make, both, source):
    spaces = [
        make.space(f"Space {n:03}", slug=f"space-{n}", visibility=Visibility.PUBLIC) for n in range(MOST_SPACES + 2)
    ]
    question = make.question(title="VPN drops", space=spaces[-1])
    heal(both, source)
    both.refresh()

    for query in ({"q": f"vpn space:{spaces[-1].slug}"}, {"q": "vpn", "space": spaces[-1].slug}):
        for options in ({}, {"headers": ENHANCED}):
            assert f'id="hit-{question.id}"' in client.get("/find", query_string=query, **options).text


def test_drift_is_found_and_healed_and_an_interrupted_rebuild_goes_on(client, make, both, source, runtime):
    asker, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    questions = [make.question(asker=asker, space=space, title=f"VPN drops {n}") for n in range(12)]
    heal(both, source)
    with both.writing() as batch:  # what a crash, a restored copy and a forgotten deletion leave behind
        batch.delete([questions[0].id])
        stale = source.documents([questions[1].id])[0]
        batch.upsert([type(stale)(**{f: getattr(stale, f) for f in stale.__slots__} | {"title": "Old", "version": 1})])
        batch.upsert([type(stale)(10**6, space.id, 1, "VPN ghost", "", datetime.now(UTC) - timedelta(days=1))])
    drift = find_drift(both, source)
    assert (drift.missing, drift.stale, drift.superfluous) == ((questions[0].id,), (questions[1].id,), (10**6,))

    heal(both, source)
    both.refresh()
    assert find_drift(both, source).count == 0
    assert "12 questions found" in search(client, "vpn").text

    class Killed(Exception):
        pass

    read: list[int] = []

    class Dying:
        """The source of a rebuild that dies in its second batch, and then of the one that goes on."""

        def __getattr__(self, name):
            return getattr(source, name)

        def documents(self, ids):
            if len(read) == 1:
                read.append(0)
                raise Killed
            read.append(len(ids))
            return source.documents(ids)

    monkey = pytest.MonkeyPatch()
    monkey.setattr("app.search.maintenance.COPIED_AT_ONCE", 5)
    try:
        with pytest.raises(Killed):
            rebuild(both, Dying())
        assert "12 questions found" in search(client, "vpn").text  # nobody notices
        assert rebuild(both, Dying()) == 12
    finally:
        monkey.undo()
    assert sum(read) == 12  # nothing was copied twice
    assert find_drift(both, source).count == 0
    assert "12 questions found" in search(client, "vpn").text


def test_the_source_of_the_port_is_the_forum(runtime, source):
    assert runtime.ports[DocumentSource] is source
