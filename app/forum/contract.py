"""What higher domains may use of the forum."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.access import access_question, access_space, visible_to
from app.forum.models.question import ClosureReason, Impact
from app.forum.models.space import Space, SpaceGroup, Visibility
from app.forum.queries.audience import Audience, audience_of, readers_among, readers_of
from app.forum.queries.deleted import RemovedPost, reasons_of_removal
from app.forum.queries.drafts import kept_text
from app.forum.queries.earnings import (
    AcceptanceFact,
    AnswerFact,
    EditFact,
    FactScope,
    QuestionFact,
    ReadableSpace,
    VoteFact,
    acceptance_facts,
    answer_facts,
    edit_facts,
    known_questions,
    live_answers,
    question_asking_facts,
    question_spaces,
    readable_spaces,
    visible_questions,
    visible_titles,
    vote_facts,
)
from app.forum.queries.finding import carried_questions, similar_solved
from app.forum.queries.found_questions import FoundQuestion
from app.forum.queries.glances import (
    AskedLately,
    asked_lately,
    tags_by_question,
    unanswered_count,
    unanswered_since,
)
from app.forum.queries.nearby import (
    acceptances_of,
    answers_named,
    edits_of,
    first_answers_to_newcomers,
    first_question_of,
    questions_named,
    solutions_by_asker,
)
from app.forum.queries.threads import (
    AnswerMark,
    QuestionFacts,
    Thread,
    ThreadAnswer,
    ThreadComment,
    answer_marks,
    question_facts,
    space_names,
    thread_of,
)
from app.forum.services.accepting import AcceptAnswer, accept_answer, withdraw_acceptance
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.closing import CloseQuestion, ReopenQuestion, close_question, reopen_question
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.drafting import discard_draft, keep_unsent_text
from app.forum.services.duplicating import LinkDuplicate, UnlinkDuplicate, link_duplicate, unlink_duplicate
from app.forum.services.importing import (
    ImportedAcceptance,
    ImportedAnswer,
    ImportedComment,
    ImportedDuplicate,
    ImportedQuestion,
    ImportedVote,
    find_space,
    import_acceptances,
    import_answers,
    import_comments,
    import_duplicates,
    import_me_toos,
    import_questions,
    import_space,
    import_votes,
    questions_of_answers,
    vote_counts,
)
from app.forum.services.importing_history import (
    ImportedRevision,
    import_descriptions,
    import_follows,
    import_revisions,
)
from app.forum.services.moving import MoveQuestion, move_question
from app.forum.services.publishing import claim_files_for_agents
from app.forum.services.recounting import recount_space
from app.identity.contract import groups_of
from app.kernel.actor import Actor
from app.kernel.database import fetch
from app.kernel.joined import joined

__all__ = [
    "AcceptAnswer",
    "AcceptanceFact",
    "AnswerFact",
    "AnswerMark",
    "AskQuestion",
    "AskedLately",
    "Audience",
    "CloseQuestion",
    "ClosureReason",
    "EditFact",
    "FactScope",
    "FoundQuestion",
    "Impact",
    "ImportedAcceptance",
    "ImportedAnswer",
    "ImportedComment",
    "ImportedDuplicate",
    "ImportedQuestion",
    "ImportedRevision",
    "ImportedVote",
    "LinkDuplicate",
    "MoveQuestion",
    "PostAnswer",
    "PostComment",
    "QuestionFact",
    "QuestionFacts",
    "ReadableSpace",
    "RemovedPost",
    "ReopenQuestion",
    "Thread",
    "ThreadAnswer",
    "ThreadComment",
    "UnlinkDuplicate",
    "VoteFact",
    "accept_answer",
    "acceptance_facts",
    "acceptances_of",
    "access_thread",
    "answer_facts",
    "answer_marks",
    "answers_named",
    "ask_question",
    "asked_lately",
    "audience_of",
    "carried_questions",
    "claim_files_for_agents",
    "close_question",
    "discard_draft",
    "edit_facts",
    "edits_of",
    "find_space",
    "first_answers_to_newcomers",
    "first_question_of",
    "hold_space",
    "import_acceptances",
    "import_answers",
    "import_comments",
    "import_descriptions",
    "import_duplicates",
    "import_follows",
    "import_me_toos",
    "import_questions",
    "import_revisions",
    "import_space",
    "import_votes",
    "keep_unsent_text",
    "kept_text",
    "known_questions",
    "link_duplicate",
    "live_answers",
    "move_question",
    "post_answer",
    "post_comment",
    "question_asking_facts",
    "question_facts",
    "question_spaces",
    "questions_named",
    "questions_of_answers",
    "readable_space_ids",
    "readable_spaces",
    "readers_among",
    "readers_of",
    "reasons_of_removal",
    "recount_space",
    "reopen_question",
    "similar_solved",
    "solutions_by_asker",
    "space_names",
    "spaces_of_member",
    "tags_by_question",
    "thread_of",
    "unanswered_count",
    "unanswered_since",
    "unlink_duplicate",
    "visible_questions",
    "visible_titles",
    "visible_to",
    "vote_counts",
    "vote_facts",
    "withdraw_acceptance",
]  # fmt: skip


_ALL_SPACES = select(Space.id)
_PUBLIC_SPACES = _ALL_SPACES.where(Space.visibility == Visibility.PUBLIC)


def _open_to_members(groups: Any) -> ColumnElement[bool]:
    public, internal = (Space.visibility == visibility for visibility in (Visibility.PUBLIC, Visibility.INTERNAL))
    return or_(public, internal, Space.id.in_(select(SpaceGroup.space_id).where(SpaceGroup.group_id.in_(groups))))


_SPACES_OF_MEMBERS = _ALL_SPACES.where(_open_to_members(bindparam("group_ids", expanding=True)))


def readable_space_ids(
    session: Session, *, signed_in: bool, group_ids: Collection[int], everything: bool
) -> frozenset[int]:
    """Return the ids of all spaces somebody with these groups may read, public ones included, in one statement."""
    if everything:
        return frozenset(fetch(session, _ALL_SPACES).scalars())
    if not signed_in:
        return frozenset(fetch(session, _PUBLIC_SPACES).scalars())
    return frozenset(fetch(session, _SPACES_OF_MEMBERS, {"group_ids": list(group_ids)}).scalars())


def spaces_of_member(user_id: InstrumentedAttribute[int]) -> ColumnElement[str | None]:
    """Return, for a person of the statement around, the same ids joined with commas; administrators read all others."""
    ids = select(joined(cast(Space.id, String)))
    return ids.where(_open_to_members(groups_of(user_id))).scalar_subquery()


def access_thread(session: Session, actor: Actor, question_id: int, *, lock: bool = False) -> QuestionFacts:
    """Return the facts of a question this actor may know about; ``lock`` holds it against every other writer.

    Raises:
        NotFound: when it is absent or hidden.

    """
    access_question(session, actor, question_id, lock=lock)
    return question_facts(session, [question_id])[question_id]


def hold_space(session: Session, actor: Actor, space_id: int) -> None:
    """Lock a space, for whoever changes what belongs to it: what is read from here on stands until the commit.

    Raises:
        NotFound: when it is absent or hidden.

    """
    access_space(session, actor, space_id, lock=True)
