from __future__ import annotations

import gzip
import json

from tests.search.quality import main


def question(number, title, **fields):
    return {
        "id": number, "asked_at": f"2025-03-{number:02}T09:00:00+00:00", "asker": f"u_{number}", "locale": "en-US",
        "title": title, "body_html": f"<p>{title}</p>", "first_title": None, "first_body_html": None,
        "accepted_answer_id": None, **fields,
    }  # fmt: skip


def test_the_quality_of_similar_questions_is_measured_on_links_that_others_gave(tmp_path, capsys):
    files = {
        "questions": [
            question(1, "Calendar does not sync"), question(2, "Password is refused"),
            question(3, "My calendar no longer syncs"), question(4, "Kalender gleicht nicht ab", locale="de"),
            question(5, "Password refused since today"), question(6, "Calendar sync fails later"),
        ],
        "answers": [{"id": 9, "question_id": 3, "author": "u_2", "body_html": "<p>See the other one.</p>"}],
        "question_links": [
            {"query_id": 3, "target_id": 1, "same_asker": False}, {"query_id": 4, "target_id": 1, "same_asker": False},
            {"query_id": 5, "target_id": 2, "same_asker": True}, {"query_id": 5, "target_id": 1, "same_asker": False},
        ],
    }  # fmt: skip
    for name, rows in files.items():
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)

    assert main([str(tmp_path)]) == 0

    said = capsys.readouterr().out
    assert "6 questions, 2 of them answered with a link, tantivy" in said
    assert "while typing: title  R@1 0.500 R@5 0.500 R@10 0.500 MRR 0.500" in said
