"""The one list of what a text may contain, applied twice by two libraries that share no code.

bleach has reached its end of life (6.4.0 is the last release), so nh3, which wraps the Rust library ammonia, has the
last word.
"""

from __future__ import annotations

import nh3
from bleach.sanitizer import Cleaner
from pygments.token import STANDARD_TYPES

LINK_REL = "ugc nofollow noopener"
"""Links of users carry no weight for search engines and get no handle on our page."""
SCHEMES = frozenset({"http", "https", "mailto"})
FILES = "/files/"
"""Where our own attachments live: the only source of images."""
ADDRESS_CLASS = "url"
"""Of a link whose words are its address already."""
CODE_CLASS = "hl"
SCROLL_CLASS = "scroll"

ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "title", "class"}),
    "code": frozenset(),
    "div": frozenset({"class", "tabindex", "role", "aria-label"}),
    "img": frozenset({"src", "alt", "title", "loading"}),
    "ol": frozenset({"start"}),
    "pre": frozenset({"class", "tabindex", "role", "aria-label"}),
    "span": frozenset({"class"}),
}
TAGS = frozenset(ATTRIBUTES) | frozenset(
    "blockquote br del em h3 h4 h5 h6 hr kbd li p strong sub sup table tbody td th thead tr ul".split()  # noqa: SIM905  # reads as a list
)

_CLASSES: dict[str, frozenset[str]] = {
    "a": frozenset({ADDRESS_CLASS}),
    "div": frozenset({SCROLL_CLASS}),
    "pre": frozenset({CODE_CLASS}),
    "span": frozenset(name for name in STANDARD_TYPES.values() if name),
}
_FIXED = {"tabindex": "0", "role": "region", "loading": "lazy"}


def _allow(tag: str, name: str, value: str) -> bool:
    """Decide on one attribute; only our own renderer can have written classes and roles."""
    if name not in ATTRIBUTES.get(tag, ()):
        return False
    if name == "class":
        return value in _CLASSES[tag]
    if name == "src":
        return value.startswith(FILES) and ".." not in value
    if name == "start":
        return value.isascii() and value.isdigit() and len(value) <= len("999999999")
    return value == _FIXED.get(name, value)


def _filter(tag: str, name: str, value: str) -> str | None:
    return value if name == "rel" or _allow(tag, name, value) else None


_CLEANER = Cleaner(tags=TAGS, attributes=_allow, protocols=SCHEMES, strip=True, strip_comments=True)


def sanitise(html: str) -> str:
    """Return the HTML without anything that is not on the list; what is left is safe to print."""
    return nh3.clean(
        _CLEANER.clean(html),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if names},
        attribute_filter=_filter,
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
        strip_comments=True,
    )
