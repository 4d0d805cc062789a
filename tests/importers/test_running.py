from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.forum.models.question import Question
from app.forum.models.space import Space, Visibility
from app.importers import running
from app.importers.damage import Damages
from app.importers.models import ImportCursor
from app.importers.records import Author, QuestionRecord, SourceText
from app.importers.running import NoSuchSpace, SpaceTaken, Step, run_import
from tests.importers.support import TextsHere


class Community:
    """Five questions; reading breaks at the row that is named."""

    name = space_slug = "test"
    space_name, space_purpose = "Test", "A test."

    def __init__(self, at, breaks_at: int | None = None, fingerprint: str = "one") -> None:
        self._at, self.breaks_at, self.fingerprint = at, breaks_at, fingerprint
        self.damages = Damages()

    def steps(self):
        return (Step("questions", self.fingerprint, self._questions),)

    def _questions(self):
        for number in range(5):
            if number == self.breaks_at:
                raise ConnectionError("the disk went away")
            text = SourceText(f"<p>Text {number}</p>")
            yield QuestionRecord(str(number), Author("1", "Ann"), f"Title {number}", text, self._at)


@pytest.fixture
def bring_in(runtime, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(running, "AHEAD", 0)

    def bring(community: Community, texts: TextsHere | None = None, **options):
        return run_import(community, runtime.unit_of_work, runtime.reads, texts or TextsHere(), **options)

    return bring


def stored(session):
    session.rollback()
    return session.scalar(select(func.count(Question.id)))


def test_an_interrupted_import_goes_on_where_it_stopped(bring_in, session, clock):
    with pytest.raises(ConnectionError):
        bring_in(Community(clock.now(), breaks_at=4))
    assert stored(session) == 4
    texts = TextsHere()
    report = bring_in(Community(clock.now()), texts)
    assert stored(session) == 5
    assert (report["questions"].resumed_after, report["questions"].stored, texts.rendered) == (4, 1, 1)


def test_another_file_begins_from_its_first_row(bring_in, session, clock):
    with pytest.raises(ConnectionError):
        bring_in(Community(clock.now(), breaks_at=4))
    report = bring_in(Community(clock.now(), fingerprint="two"))
    assert (report["questions"].resumed_after, report["questions"].known) == (0, 4)
    assert stored(session) == 5


def test_an_import_that_ended_leaves_no_cursor(bring_in, session, clock):
    bring_in(Community(clock.now()))
    assert session.scalars(select(ImportCursor)).all() == []


def test_what_is_known_is_not_rendered_again(bring_in, clock):
    bring_in(Community(clock.now()))
    texts = TextsHere()
    bring_in(Community(clock.now()), texts)
    assert texts.rendered == 0


def test_a_number_that_stands_there_twice_is_taken_once(bring_in, session, clock):
    class Twice(Community):
        def _questions(self):
            yield from [*super()._questions()][:1] * 2

        def steps(self):
            return (Step("questions", "one", self._questions),)

    report = bring_in(Twice(clock.now()))
    assert stored(session) == 1
    assert dict(report["questions"].skipped) == {"its number stands there twice": 1}


def test_a_space_that_people_made_is_not_filled_because_it_has_the_same_address(bring_in, session, make, clock):
    make.space(slug="test", visibility=Visibility.PRIVATE)
    with pytest.raises(SpaceTaken, match="test"):
        bring_in(Community(clock.now()))
    assert stored(session) == 0


def test_an_existing_space_is_filled_when_it_is_named(bring_in, session, make, clock):
    ours = make.space(slug="ours", visibility=Visibility.PRIVATE)
    bring_in(Community(clock.now()), into="ours")
    assert set(session.scalars(select(Question.space_id))) == {ours.id}
    bring_in(Community(clock.now()))
    session.rollback()
    assert session.scalars(select(Space.slug)).all() == ["ours"], "a later run goes where the first one went"
    assert stored(session) == 5


def test_a_space_made_by_an_import_is_its_own_under_another_address_too(bring_in, session, unit_of_work, clock):
    with pytest.raises(ConnectionError):
        bring_in(Community(clock.now(), breaks_at=4))
    with unit_of_work() as uow:
        uow.session.scalars(select(Space)).one().slug = "renamed"
    bring_in(Community(clock.now()))
    assert stored(session) == 5
    assert session.scalars(select(Space.slug)).all() == ["renamed"]


def test_a_space_that_does_not_exist_is_not_filled(bring_in, session, clock):
    with pytest.raises(NoSuchSpace):
        bring_in(Community(clock.now()), into="nowhere")
    assert stored(session) == 0
