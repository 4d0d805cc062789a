"""HTTP for spaces and tags."""

from __future__ import annotations

from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.forum.access import access_space_by_slug, access_tag
from app.forum.forms import SynonymForm, TagForm
from app.forum.permissions import can_post_in
from app.forum.queries.lists import Narrow, Sort, question_list, question_rows, readable_spaces
from app.forum.queries.tags import suggested_tags, tag_id_of, tag_list, tag_page
from app.forum.routes.acting import act, act_once, press_once, wanted
from app.forum.routes.lists import context_of, next_url, wanted_sort
from app.forum.services.joining import SetTagFollow, set_tag_follow
from app.forum.services.tagging import AddSynonym, EditTag, RemoveSynonym, add_synonym, edit_tag, remove_synonym
from app.kernel.errors import NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, read_session
from app.web.settings_forms import ChangedMeanwhile


def spaces() -> ResponseReturnValue:
    """Show the spaces a reader may enter."""
    return pages.show("forum/spaces/index.html", spaces=readable_spaces(read_session(), current_actor()))


def space(slug: str) -> ResponseReturnValue:
    """Show one space: its purpose, its rules and its questions."""
    session, actor = read_session(), current_actor()
    found = access_space_by_slug(session, actor, slug)
    sort = wanted_sort()
    questions = question_list(
        session, question_rows(session, actor, sort, Narrow(space_id=found.id), request.args.get("after"))
    )
    return pages.show(
        "forum/spaces/show.html",
        space=found,
        may_post=can_post_in(actor, found),
        tags=suggested_tags(session, found.id, ()),
        sort=sort,
        lines=questions.items,
        next_url=next_url("forum.places_space", questions.next_cursor, slug=slug, sort=sort),
        **context_of(questions.items),
    )


def tags() -> ResponseReturnValue:
    """Show the tags in use."""
    return pages.show("forum/tags/index.html", tags=tag_list(read_session(), current_actor()))


def tag(slug: str) -> ResponseReturnValue:
    """Show one tag; a synonym leads to its tag."""
    tag_id, real = _tag(slug)
    if real != slug:
        return redirect(url_for("forum.places_tag", slug=real), code=HTTPStatus.MOVED_PERMANENTLY)
    return _tag_page(tag_id, HTTPStatus.OK)


def describe(slug: str) -> ResponseReturnValue:
    """Change what a tag says it is about."""
    tag_id, real = _tag(slug)
    form = TagForm()

    def do(uow: UnitOfWork) -> str:
        form.ensure_seen({"description": access_tag(uow.session, tag_id, lock=True).description})
        edit_tag(uow, current_actor(), EditTag(tag_id, form.description.data or ""))
        return url_for("forum.places_tag", slug=real)

    if not form.validate():
        return _tag_page(tag_id, HTTPStatus.UNPROCESSABLE_ENTITY, form)
    try:
        return act_once(form, do, lambda: _tag_page(tag_id, HTTPStatus.UNPROCESSABLE_ENTITY, form))
    except ChangedMeanwhile as change:
        form.show_both(change)
        return _tag_page(tag_id, HTTPStatus.CONFLICT, form)


def add_word(slug: str) -> ResponseReturnValue:
    """Let another word stand for a tag."""
    tag_id, real = _tag(slug)
    form = SynonymForm()

    def do(uow: UnitOfWork) -> str:
        add_synonym(uow, current_actor(), AddSynonym(tag_id, form.slug.data))
        return url_for("forum.places_tag", slug=real)

    if not form.validate():
        return _tag_page(tag_id, HTTPStatus.UNPROCESSABLE_ENTITY, synonym_form=form)
    return act_once(form, do, lambda: _tag_page(tag_id, HTTPStatus.UNPROCESSABLE_ENTITY, synonym_form=form))


def remove_word(slug: str) -> ResponseReturnValue:
    """Let a word stand for nothing again."""
    tag_id, real = _tag(slug)

    def do(uow: UnitOfWork) -> str:
        remove_synonym(uow, current_actor(), RemoveSynonym(tag_id, request.form.get("word", "")))
        return url_for("forum.places_tag", slug=real)

    return press_once(do)


def follow_tag(slug: str) -> ResponseReturnValue:
    """Be told of new questions with a tag."""
    tag_id, real = _tag(slug)
    act(lambda uow: set_tag_follow(uow, current_actor(), SetTagFollow(tag_id, on=wanted() > 0)))
    return pages.go(url_for("forum.places_tag", slug=real))


def _tag(slug: str) -> tuple[int, str]:
    found = tag_id_of(read_session(), current_actor(), slug.lower())
    if found is None:
        raise NotFound
    return found


def _tag_page(
    tag_id: int, status: int, form: TagForm | None = None, synonym_form: SynonymForm | None = None
) -> ResponseReturnValue:
    session, actor = read_session(), current_actor()
    page = tag_page(session, actor, tag_id)
    sort = wanted_sort(Sort.ACTIVE)
    questions = question_list(
        session, question_rows(session, actor, sort, Narrow(tag_id=tag_id), request.args.get("after"))
    )
    return pages.show(
        "forum/tags/show.html",
        status,
        tag=page,
        form=form or TagForm.made_from({"description": page.description}),
        synonym_form=synonym_form or SynonymForm(formdata=None),
        sort=sort,
        lines=questions.items,
        next_url=next_url("forum.places_tag", questions.next_cursor, slug=page.slug, sort=sort),
        **context_of(questions.items),
    )
