"""What the audit trail says of questions, answers, comments, spaces and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy.orm import Session

from app.forum.queries.deeds import places_of_answers, places_of_comments, tag_slugs
from app.forum.queries.earnings import visible_titles
from app.forum.queries.threads import space_names
from app.kernel.actor import Actor
from app.kernel.words import N_
from app.web.deeds import Deed, Details, Named, Subject

CLOSED = {
    "duplicate": N_("%(who)s closed %(what)s, because it was asked before."),
    "off_topic": N_("%(who)s closed %(what)s, because it belongs elsewhere."),
    "needs_details": N_("%(who)s closed %(what)s, because it needs details."),
    "outdated": N_("%(who)s closed %(what)s, because it is out of date."),
    "solved_elsewhere": N_("%(who)s closed %(what)s, because it was solved elsewhere."),
}
MADE = {
    "public": N_("%(who)s made the space %(what)s, open to everybody."),
    "internal": N_("%(who)s made the space %(what)s, open to everybody who signs in."),
    "private": N_("%(who)s made the space %(what)s, open to some groups."),
}
CHANGED = {
    "public": N_("%(who)s changed the space %(what)s, which is open to everybody."),
    "internal": N_("%(who)s changed the space %(what)s, which is open to everybody who signs in."),
    "private": N_("%(who)s changed the space %(what)s, which is open to some groups."),
}


def _closed(details: Details) -> str:
    return CLOSED[str(details["because"])]


def _made(details: Details) -> str:
    return MADE[str(details["visibility"])]


def _changed(details: Details) -> str:
    if details.get("archived"):
        return N_("%(who)s changed the space %(what)s, which takes no new questions.")
    return CHANGED[str(details["visibility"])]


def _synonym(details: Details) -> str:
    if details.get("joined"):
        return N_("%(who)s joined another tag into %(what)s.")
    return N_("%(who)s gave the tag %(what)s another word that means the same.")


def _questions(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(title, url_for("forum.questions_show", question_id=key))
        for key, title in visible_titles(session, actor, ids).items()
    }


def _answers(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        row.id: Named(row.title, url_for("forum.questions_show", question_id=row.question_id, _anchor=f"a{row.id}"))
        for row in places_of_answers(session, actor, ids)
    }


def _comments(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        row.id: Named(row.title, url_for("forum.questions_show", question_id=row.question_id))
        for row in places_of_comments(session, actor, ids)
    }


def _spaces(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    seen = [key for key in ids if key in actor.space_ids]
    return {
        key: Named(name, url_for("forum.space_admin_show", space_id=key))
        for key, name in space_names(session, seen).items()
    }


def _tags(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(slug, url_for("forum.places_tag", slug=slug)) for key, slug in tag_slugs(session, actor, ids).items()
    }


DEEDS: Mapping[str, Deed] = {
    "question.edited": Deed(N_("%(who)s edited %(what)s.")),
    "question.closed": Deed(_closed),
    "question.reopened": Deed(N_("%(who)s reopened %(what)s.")),
    "question.deleted": Deed(N_("%(who)s took the question %(what)s away.")),
    "question.restored": Deed(N_("%(who)s brought the question %(what)s back.")),
    "question.linked": Deed(N_("%(who)s said that %(what)s is the same as another question.")),
    "question.merged": Deed(N_("%(who)s joined %(what)s into another question.")),
    "question.unlinked": Deed(N_("%(who)s let %(what)s stand for itself again.")),
    "question.moved": Deed(
        N_("%(who)s moved %(what)s; before, it was in the space %(before)s."), {"before": ("space", "from_space_id")}
    ),
    "answer.edited": Deed(N_("%(who)s edited somebody’s answer to %(what)s.")),
    "answer.accepted": Deed(N_("%(who)s accepted an answer to %(what)s in the asker’s place.")),
    "answer.acceptance_withdrawn": Deed(N_("%(who)s took back that an answer solved %(what)s.")),
    "answer.deleted": Deed(N_("%(who)s took an answer to %(what)s away.")),
    "answer.restored": Deed(N_("%(who)s brought an answer to %(what)s back.")),
    "answer.split": Deed(
        N_("%(who)s made a question of its own of an answer: %(question)s."), {"question": ("question", "question_id")}
    ),
    "comment.edited": Deed(N_("%(who)s edited somebody’s comment on %(what)s.")),
    "comment.deleted": Deed(N_("%(who)s took a comment on %(what)s away.")),
    "comment.restored": Deed(N_("%(who)s brought a comment on %(what)s back.")),
    "comment.split": Deed(
        N_("%(who)s made a question of its own of a comment: %(question)s."), {"question": ("question", "question_id")}
    ),
    "space.created": Deed(_made),
    "space.edited": Deed(_changed),
    "tag.synonym_added": Deed(_synonym),
    "tag.synonym_removed": Deed(N_("%(who)s took a word from the tag %(what)s.")),
}
GONE = N_("a question that is not shown any more")
SUBJECTS: Mapping[str, Subject] = {
    "question": Subject(N_("Questions"), GONE, _questions, quoted=True),
    "answer": Subject(N_("Answers"), GONE, _answers, quoted=True),
    "comment": Subject(N_("Comments"), GONE, _comments, quoted=True),
    "space": Subject(N_("Spaces and promises"), N_("a space that is not shown any more"), _spaces),
    "tag": Subject(N_("Tags"), N_("a tag that is not shown any more"), _tags),
}
