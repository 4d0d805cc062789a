"""HTTP for what happens while somebody writes: drafts, previews, files, suggestions of people and tags."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, flash, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from app.forum.access import access_attachment
from app.forum.ports import FileStore
from app.forum.queries.drafts import draft_fields, draft_list
from app.forum.queries.tags import tags_beginning
from app.forum.routes.acting import act, file_url, keep_file, markdown_link, render
from app.forum.services.drafting import DRAFT_FIELDS, DRAFTS_MAX, KEPT, SaveDraft, save_draft
from app.identity.contract import people_named
from app.kernel.errors import Invalid, NotFound
from app.web import pages
from app.web.runtime import current_actor, port, read_session
from app.web.unsent import to_copy
from app.web.words import sentence

SHOWN_INLINE = {"image/png", "image/jpeg", "image/webp", "image/gif"}
SANDBOX = "sandbox; default-src 'none'"


def drafts() -> ResponseReturnValue:
    """Show what the reader has not posted yet."""
    return pages.show(
        "forum/writing/drafts.html", drafts=draft_list(read_session(), current_actor()), most=DRAFTS_MAX, days=KEPT.days
    )


def save() -> ResponseReturnValue:
    """Keep what somebody is typing: quietly for scripts, and for the button of a form as a page of its own."""
    fields = {name: request.form[name] for name in DRAFT_FIELDS if request.form.get(name)}
    command = SaveDraft(request.form.get("place", ""), fields)
    pressed = "then" in request.args
    try:
        act(lambda uow: save_draft(uow, current_actor(), command))
    except Invalid as error:
        refused = to_copy(error.status, sentence(error.reason, **error.facts)) if pressed else None
        if refused is None:
            raise
        return refused
    if not pressed:
        return jsonify(saved=True)
    flash(gettext("Kept. You find it here until you post it."))
    return pages.go(url_for("forum.writing_drafts"))


def load() -> ResponseReturnValue:
    """Return the fields of one draft, for a page that is open already."""
    return jsonify(draft_fields(read_session(), current_actor(), request.args.get("place", "")))


def preview() -> ResponseReturnValue:
    """Show a text as it will look."""
    try:
        html = Markup(render(request.form.get("body", "")).html)  # noqa: S704  # the renderer's own safe HTML
        status = HTTPStatus.OK
    except Invalid as error:
        html, status = (
            Markup("<p>{}</p>").format(sentence(error.reason, **error.facts)),
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if pages.wants_fragment():
        return pages.fragment(
            "forum/writing/_preview.html", status, spoken=pages.only_spoken(gettext("The preview is below.")), html=html
        )
    return pages.show("forum/writing/preview.html", status, html=html)


def upload() -> ResponseReturnValue:
    """Keep one file that somebody pasted or dropped, and return what to write in the text."""
    file = request.files.get("file")
    try:
        kept = keep_file(file.filename or "", file.read()) if file else keep_file("", b"")
    except Invalid as error:
        return jsonify(problem=sentence(error.reason, **error.facts)), HTTPStatus.UNPROCESSABLE_ENTITY
    return jsonify(url=file_url(kept), markdown=markdown_link(kept), image=kept.width is not None)


def download(key: str, name: str) -> ResponseReturnValue:  # noqa: ARG001  # the name is for people
    """Serve a file to those who may read its question; nothing but pictures we made ourselves is shown inline."""
    attachment = access_attachment(read_session(), current_actor(), key)
    if request.if_none_match.contains(attachment.sha256):
        return Response(status=HTTPStatus.NOT_MODIFIED)
    stream = port(FileStore).open(key)
    if stream is None:
        raise NotFound
    inline = attachment.media_type in SHOWN_INLINE
    response = send_file(
        stream,
        mimetype=attachment.media_type if inline else "application/octet-stream",
        as_attachment=not inline,
        download_name=attachment.name,
        etag=attachment.sha256,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def complete() -> ResponseReturnValue:
    """Suggest people for an at sign and tags for a number sign."""
    kind, typed = request.args.get("k", ""), request.args.get("q", "")[:40]
    if kind == "@" and typed:
        found = people_named(read_session(), typed)
        return jsonify(
            [{"id": p.handle, "value": f"@{p.handle}", "label": f"{p.name} · {p.place}".strip(" ·")} for p in found]
        )
    if kind == "#" and typed:
        return jsonify(
            [
                {"id": slug, "value": f"#{slug}", "label": slug}
                for slug in tags_beginning(read_session(), current_actor(), typed)
            ]
        )
    return jsonify([])
