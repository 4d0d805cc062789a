"""What may be written: sizes, characters and how many links. Each rule names the field of the form it is about."""

from __future__ import annotations

import re
from html import unescape

from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.text.contract import RichText

TITLE_MIN, TITLE_MAX = 10, 150
BODY_MAX = 30_000
NOTE_MAX = 500
TAGS_MAX = 5
OUTSIDE_LINKS_OF_NEWCOMERS = 2

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Characters with no shape of their own; many are needed inside words of other scripts, none makes a word alone."""
_TAGS = re.compile(r"<(?!img\b)[^>]*>")
_OUTSIDE_LINK = re.compile(r'href="(?:https?:)?//', re.IGNORECASE)
_TAG = re.compile(r"[\w.+#-]{1,35}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def check_title(title: str) -> str:
    """Return the title on one line without blanks around it.

    Raises:
        Invalid: field ``title``, when it is shorter than 10 or longer than 150 characters.

    """
    title = " ".join(check_characters("title", title).split())
    if len(title) - len(_INVISIBLE.findall(title)) < TITLE_MIN:
        raise Invalid("title", "forum.title_too_short", minimum=TITLE_MIN)
    if len(title) > TITLE_MAX:
        raise Invalid("title", "forum.title_too_long", maximum=TITLE_MAX)
    return title


def check_body(actor: Actor, body: RichText, *, required: bool = True) -> None:
    """Refuse what is too long, from a newcomer with more than two links to elsewhere, or empty though required.

    Raises:
        Invalid: field ``body``.

    """
    check_characters("body", body.source)
    if len(body.source) > BODY_MAX:
        raise Invalid("body", "forum.body_too_long", maximum=BODY_MAX)
    if required and not _can_be_seen(body.html):
        raise Invalid("body", "forum.body_empty")
    trusted = actor.is_staff or actor.has("links")
    if not trusted and len(_OUTSIDE_LINK.findall(body.html)) > OUTSIDE_LINKS_OF_NEWCOMERS:
        raise Invalid("body", "forum.too_many_links", maximum=OUTSIDE_LINKS_OF_NEWCOMERS)


def check_note(field: str, note: str, *, required: bool = False) -> str:
    """Return a short plain remark without blanks around it.

    Raises:
        Invalid: when it is longer than 500 characters, or missing though required.

    """
    note = check_characters(field, note).strip()
    if required and not note:
        raise Invalid(field, "forum.note_required")
    if len(note) > NOTE_MAX:
        raise Invalid(field, "forum.note_too_long", maximum=NOTE_MAX)
    return note


def check_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return typed tags as slugs, in order and without doubles: lower case, hyphens for blanks, no leading ``#``.

    Raises:
        Invalid: field ``tags``, when there are more than five or one has other characters.

    """
    slugs = tuple(dict.fromkeys(slug for typed in tags if (slug := check_tag("tags", typed))))
    if len(slugs) > TAGS_MAX:
        raise Invalid("tags", "forum.too_many_tags", maximum=TAGS_MAX)
    return slugs


def check_tag(field: str, typed: str) -> str:
    """Return one typed tag as a slug; nothing typed gives nothing.

    Raises:
        Invalid: when it has other characters than letters, digits and ``. + # - _`` or more than 35.

    """
    slug = "-".join(check_characters(field, typed).lower().lstrip(" #").split())
    if slug and not _TAG.fullmatch(slug):
        raise Invalid(field, "forum.tag_malformed", tag=slug[:40])
    return slug


def check_slug(field: str, slug: str) -> str:
    """Return the part of an address that names a space.

    Raises:
        Invalid: when it is not made of small letters, digits and inner hyphens.

    """
    if not _SLUG.fullmatch(slug):
        raise Invalid(field, "forum.slug_malformed")
    return slug


def _can_be_seen(html: str) -> bool:
    """Tell whether a rendered text leaves anything on the page: words or a picture."""
    return bool(_INVISIBLE.sub("", unescape(_TAGS.sub("", html))).strip())


def check_characters(field: str, text: str) -> str:
    """Return the text unchanged.

    Raises:
        Invalid: when it holds NUL or half of a surrogate pair, which PostgreSQL and UTF-8 cannot keep.

    """
    if _UNSTORABLE.search(text):
        raise Invalid(field, "forum.unstorable")
    return text
