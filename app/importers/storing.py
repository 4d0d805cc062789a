"""Store one batch of records through the contracts of identity and forum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.forum.contract import (
    ImportedAcceptance,
    ImportedAnswer,
    ImportedComment,
    ImportedDuplicate,
    ImportedQuestion,
    ImportedRevision,
    ImportedVote,
    import_acceptances,
    import_answers,
    import_comments,
    import_descriptions,
    import_duplicates,
    import_follows,
    import_me_toos,
    import_questions,
    import_revisions,
    import_votes,
    vote_counts,
)
from app.identity.contract import ImportedPerson, import_people
from app.importers.keeping import NO_POST, NO_QUESTION, Keeping, WithText, kind_of
from app.importers.records import (
    AcceptanceRecord,
    AnswerRecord,
    CommentRecord,
    DuplicateRecord,
    FollowRecord,
    MeToosRecord,
    PersonRecord,
    QuestionRecord,
    Record,
    RevisionRecord,
    Skipped,
    SourceText,
    TagRecord,
    VotesRecord,
)
from app.importers.texts import source_of
from app.text.contract import RichText

STEWARD = "steward"
"""Key of the hidden account that closes and links in the name of the source's moderators."""

NO_TEXT = "it has no text"
IN_A_CIRCLE = "a question that repeats itself through others"
TWICE = "its number stands there twice"


def text_of(record: Record) -> SourceText | None:
    """Return the text of a record that has one to render."""
    if isinstance(record, PersonRecord):
        return record.about
    if isinstance(record, RevisionRecord):
        return record.body if record.is_last else None
    return record.text if isinstance(record, WithText) else None


class Storing(Keeping):
    """One batch in one unit of work."""

    def store(self, records: Sequence[Record], texts: Mapping[int, RichText]) -> None:
        """Store what is new and usable; count the rest.

        Args:
            records: rows of the source, of any kinds.
            texts: the rendered texts by the record's place in ``records``.

        """
        fresh = self._fresh(records, texts)
        self._people([(r, t) for r, t in fresh if isinstance(r, PersonRecord)])
        self._questions([(r, t) for r, t in fresh if isinstance(r, QuestionRecord) and t])
        self._answers([(r, t) for r, t in fresh if isinstance(r, AnswerRecord) and t])
        self._comments([(r, t) for r, t in fresh if isinstance(r, CommentRecord) and t])
        self._votes([r for r, _ in fresh if isinstance(r, VotesRecord)])
        self._me_toos([r for r, _ in fresh if isinstance(r, MeToosRecord)])
        self._acceptances([r for r, _ in fresh if isinstance(r, AcceptanceRecord)])
        self._duplicates([r for r, _ in fresh if isinstance(r, DuplicateRecord)])
        self._revisions([(r, t) for r, t in fresh if isinstance(r, RevisionRecord)])
        self._follows([r for r, _ in fresh if isinstance(r, FollowRecord)])
        self._describe([r for r, _ in fresh if isinstance(r, TagRecord)])

    def _fresh(self, records: Sequence[Record], texts: Mapping[int, RichText]) -> list[tuple[Record, RichText | None]]:
        """Leave out what is known, stands there twice, says nothing, or was skipped by the reader."""
        known, seen = self._shelf.known(self._uow.session, records), set[tuple[str, str]]()
        fresh: list[tuple[Record, RichText | None]] = []
        for number, record in enumerate(records):
            if isinstance(record, Skipped):
                self._tally.skipped[record.reason] += 1
            elif (name := (kind_of(record), record.key)) in known:
                self._tally.known += 1
            elif name in seen:
                self._tally.skipped[TWICE] += 1
            elif isinstance(record, WithText) and not (number in texts and texts[number].source):
                self._tally.skipped[NO_TEXT] += 1
            else:
                seen.add(name)
                fresh.append((record, texts.get(number)))
        return fresh

    def _people(self, people: Sequence[tuple[PersonRecord, RichText | None]]) -> None:
        rows = [
            ImportedPerson(p.name, p.key, p.created_at, p.place, about.source if about else "", p.hidden)
            for p, about in people
        ]
        self._keep("person", [p.key for p, _ in people], import_people(self._uow, rows))

    def _questions(self, questions: Sequence[tuple[QuestionRecord, RichText]]) -> None:
        authors = self._authors([(q, q.asked_at) for q, _ in questions])
        steward = self._hidden([STEWARD])[STEWARD] if any(q.closed_at for q, _ in questions) else None
        rows = [
            ImportedQuestion(
                self._shelf.space_id, authors[q.author.key], q.title, body, q.language, q.asked_at, q.tags,
                q.view_count, q.closed_at, steward if q.closed_at else None, q.closing_note,
            )
            for q, body in questions
        ]  # fmt: skip
        self._keep("question", [q.key for q, _ in questions], import_questions(self._uow, rows))

    def _answers(self, answers: Sequence[tuple[AnswerRecord, RichText]]) -> None:
        parents = self._links("question", [a.question_key for a, _ in answers])
        placed = [(a, body) for a, body in answers if self._has(a.question_key in parents, NO_QUESTION)]
        authors = self._authors([(a, a.posted_at) for a, _ in placed])
        rows = [
            ImportedAnswer(parents[a.question_key], authors[a.author.key], body, a.language, a.posted_at)
            for a, body in placed
        ]
        self._keep("answer", [a.key for a, _ in placed], import_answers(self._uow, rows))

    def _comments(self, comments: Sequence[tuple[CommentRecord, RichText]]) -> None:
        posts = self._posts([c.post_key for c, _ in comments])
        placed = [(c, body) for c, body in comments if self._has(c.post_key in posts, NO_POST)]
        authors = self._authors([(c, c.posted_at) for c, _ in placed])
        rows = [ImportedComment(*posts[c.post_key], authors[c.author.key], body, c.posted_at) for c, body in placed]
        self._keep("comment", [c.key for c, _ in placed], import_comments(self._uow, rows))

    def _votes(self, records: Sequence[VotesRecord]) -> None:
        """Let numbered hidden accounts cast votes whose voters the source does not name: score = sum of rows."""
        posts = self._posts([v.post_key for v in records])
        placed = [v for v in records if self._has(v.post_key in posts, NO_POST)]
        counts = self._counts([posts[v.post_key] for v in placed])
        planned: list[tuple[int | None, int | None, int, int, datetime]] = []
        for record in placed:
            question_id, answer_id = posts[record.post_key]
            post = (None, answer_id) if answer_id else (question_id, None)
            for value in (1,) * record.up + (-1,) * record.down:
                counts[post] += 1
                planned.append((*post, counts[post], value, record.cast_at))
        voters = self._voters(max(counts.values(), default=0))
        import_votes(self._uow, [ImportedVote(q, a, voters[n - 1], value, at) for q, a, n, value, at in planned])
        self._keep("vote", [v.key for v in placed], [0] * len(placed))

    def _counts(self, posts: Sequence[tuple[int, int | None]]) -> Counter[tuple[int | None, int | None]]:
        """Return how many votes these posts have already."""
        questions, answers = vote_counts(
            self._uow.session, [q for q, a in posts if a is None], [a for _, a in posts if a is not None]
        )
        counts: Counter[tuple[int | None, int | None]] = Counter({(q, None): n for q, n in questions.items()})
        counts.update({(None, a): n for a, n in answers.items()})
        return counts

    def _me_toos(self, records: Sequence[MeToosRecord]) -> None:
        questions = self._links("question", [m.question_key for m in records])
        placed = [m for m in records if self._has(m.question_key in questions, NO_QUESTION)]
        voters = self._voters(max((m.count for m in placed), default=0))
        import_me_toos(self._uow, [(questions[m.question_key], v, m.since) for m in placed for v in voters[: m.count]])
        self._keep("me_too", [m.key for m in placed], [0] * len(placed))

    def _acceptances(self, records: Sequence[AcceptanceRecord]) -> None:
        answers = self._links("answer", [a.key for a in records])
        placed = [a for a in records if self._has(a.key in answers, "the accepted answer is missing")]
        import_acceptances(self._uow, [ImportedAcceptance(answers[a.key], a.accepted_at) for a in placed])
        self._keep("acceptance", [a.key for a in placed], [answers[a.key] for a in placed])

    def _duplicates(self, records: Sequence[DuplicateRecord]) -> None:
        both = self._links("question", [k for d in records for k in (d.question_key, d.original_key)])
        placed = [
            d for d in records if self._has(d.question_key in both and d.original_key in both, "one end is missing")
        ]
        steward = self._hidden([STEWARD])[STEWARD] if placed else 0
        rows = [ImportedDuplicate(both[d.question_key], both[d.original_key], steward, d.linked_at) for d in placed]
        linked = import_duplicates(self._uow, rows)
        kept = [d for d in placed if self._has(both[d.question_key] in linked, IN_A_CIRCLE)]
        self._keep("duplicate", [d.key for d in kept], [both[d.question_key] for d in kept])

    def _revisions(self, revisions: Sequence[tuple[RevisionRecord, RichText | None]]) -> None:
        posts = self._posts([r.post_key for r, _ in revisions])
        placed = [(r, body) for r, body in revisions if self._has(r.post_key in posts, NO_POST)]
        authors = self._authors([(r, r.at) for r, _ in placed])
        rows = [
            ImportedRevision(
                *posts[r.post_key], authors[r.author.key], r.at, r.title,
                source_of(r.body) if r.body is not None else None, r.tags, r.summary,
                body if body and body.source else None,
            )
            for r, body in placed
        ]  # fmt: skip
        self._keep("revision", [r.key for r, _ in placed], import_revisions(self._uow, rows))

    def _follows(self, follows: Sequence[FollowRecord]) -> None:
        posts = self._posts([f.post_key for f in follows])
        people = self._links("person", [f.person_key for f in follows])
        placed = [
            f
            for f in follows
            if self._has(f.post_key in posts, NO_POST) and self._has(f.person_key in people, "its person is missing")
        ]
        rows = [(posts[f.post_key][0], people[f.person_key], f.since) for f in placed]
        import_follows(self._uow, rows)
        self._keep("follow", [f.key for f in placed], [question_id for question_id, _, _ in rows])

    def _describe(self, tags: Sequence[TagRecord]) -> None:
        described = import_descriptions(self._uow, {tag.key: tag.description for tag in tags})
        placed = [tag for tag in tags if self._has(tag.key in described, "no question here has this tag")]
        self._keep("tag", [tag.key for tag in placed], [described[tag.key] for tag in placed])
