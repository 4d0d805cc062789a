from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cli import imports as command
from app.forum.models.question import Question
from tests.importers.support import TextsHere, write_thunderbird


@pytest.fixture
def run(app, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "TextPool", TextsHere)
    folder = write_thunderbird(tmp_path)
    return lambda *options: app.test_cli_runner().invoke(command.imports, ["thunderbird", str(folder), *options])


def test_an_address_that_is_taken_ends_the_import_in_a_sentence_and_can_be_asked_for(run, session, make):
    ours = make.space(slug="thunderbird")
    refused = run()
    assert refused.exit_code == 1
    assert "Error: There is a space thunderbird already, which this import did not make. With --into" in refused.output
    assert session.scalars(select(Question.id)).all() == []
    session.rollback()

    assert run("--into", "thunderbird").exit_code == 0
    assert set(session.scalars(select(Question.space_id))) == {ours.id}


def test_a_space_that_does_not_exist_is_said_in_a_sentence(run):
    refused = run("--into", "nowhere")
    assert refused.exit_code == 2
    assert "Invalid value for --into: no space has the address 'nowhere'" in refused.output
