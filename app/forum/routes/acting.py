"""What every action of the forum has in common: once, in one unit of work, back to where it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import structlog
from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.config import FILES_AT_ONCE
from app.forum.models.answer import Attachment
from app.forum.ports import FileStore
from app.forum.services.attaching import AttachFile, attach_file
from app.forum.sniffing import sniff_file
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText, TextRenderer
from app.web.forms import Form
from app.web.pages import go
from app.web.runtime import current_actor, perform_once, port, runtime, unit_of_work

log = structlog.get_logger(__name__)

T = TypeVar("T")


def question_url(question_id: int, anchor: str = "") -> str:
    """Return the address of a question, or of a place on its page."""
    where = url_for("forum.questions_show", question_id=question_id)
    return f"{where}#{anchor}" if anchor else where


def render(source: str) -> RichText:
    """Render a text before any transaction opens.

    Raises:
        Invalid: field ``body``, when it cannot be rendered in time.

    """
    return port(TextRenderer).render(source, current_actor().id)


def wanted(name: str = "value") -> int:
    """Return the state that a one-button form asks for: −1, 0 or 1."""
    value = request.form.get(name, "1")
    return int(value) if value in {"-1", "0", "1"} else 1


def act(do: Callable[[UnitOfWork], T]) -> T:
    """Run one action whose repetition has no second effect by itself."""
    with unit_of_work() as uow:
        return do(uow)


def press_once(do: Callable[[UnitOfWork], str]) -> ResponseReturnValue:
    """Run the action of a one-button form once and go where it says."""
    return go(perform_once(request.form.get("once"), do))


def act_once(
    form: Form, do: Callable[[UnitOfWork], str], refused: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """Run the action of a form once and go where it says; show the form again when the domain refuses a field."""
    try:
        location = perform_once(form.once.data, do)
    except Invalid as error:
        form.reject(error)
        return refused()
    return go(location)


def keep_files(form: Form) -> None:
    """Store the files that came with a form and name them at the end of its text.

    Raises:
        Invalid: field ``files``, when they are too many, or one is too large or of a kind that is not taken; the others
            are kept and named.

    """
    chosen = [file for file in form.files.data or [] if file and file.filename]
    if len(chosen) > FILES_AT_ONCE:
        raise Invalid("files", "forum.too_many_files_at_once", maximum=FILES_AT_ONCE)
    lines, problems = [], []
    for file in chosen:
        try:
            lines.append(markdown_link(keep_file(file.filename, file.read())))
        except Invalid as error:
            problems.append(error)
    if lines:
        form.body.data = "\n\n".join([form.body.data or "", "\n".join(lines)])
    if problems:
        raise Invalid("files", problems[0].reason, **problems[0].facts)


def keep_file(name: str, data: bytes) -> Attachment:
    """Store one file; it is looked at before the transaction begins.

    Raises:
        Invalid: field ``file``, also when the disk does not take it: what was typed beside it must not be lost.

    """
    sniffed = sniff_file(name, data, runtime().settings.max_upload_bytes)
    try:
        with unit_of_work() as uow:
            return attach_file(uow, current_actor(), AttachFile(sniffed), port(FileStore))
    except OSError as error:
        log.exception("file not kept", size=len(sniffed.data))
        raise Invalid("file", "forum.file_not_kept") from error


def markdown_link(kept: Attachment) -> str:
    """Return the Markdown that shows an image or links any other file."""
    name = kept.name.replace("[", "(").replace("]", ")")
    return f"{'!' if kept.width else ''}[{name}]({file_url(kept)})"


def file_url(kept: Attachment) -> str:
    """Return the address of a file; its name stands in it for people, who call files «#1 50%.log»."""
    return f"/files/{kept.key}/{quote(kept.name)}"
