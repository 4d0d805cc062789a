"""From Markdown to safe HTML, in one process and without a time limit; the renderer runs this in a sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor

from app.text.blocks import register_blocks
from app.text.inlines import register_inlines
from app.text.sanitiser import ADDRESS_CLASS, FILES, SCROLL_CLASS, sanitise

RENDERER = 2
"""Version of everything below together; raise it when the same text would give other HTML."""

_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_SCHEME = re.compile(r"^(?:https?://|mailto:)")
_FILE_KEY = re.compile(rf'(?:href|src)="{FILES}([\w-]{{8,80}})[/"]')


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, the handles it mentions and the attachments it links to, each in order without doubles."""

    html: str
    mentions: tuple[str, ...]
    files: tuple[str, ...]


class Composer:
    """Reads Markdown; one instance serves one thread."""

    def __init__(self) -> None:
        self._mentions: dict[str, None] = {}
        self._markdown = Markdown(
            extensions=[Nl2BrExtension(), SaneListExtension(), TableExtension()], output_format="html"
        )
        self._markdown.preprocessors.deregister("html_block")
        register_blocks(self._markdown)
        register_inlines(self._markdown, self._mentions)
        self._markdown.treeprocessors.register(_FitThePage(self._markdown), "fit_the_page", 5)

    def compose(self, source: str) -> Rendered:
        """Return safe HTML. Costly texts take long here: the caller limits the time."""
        self._mentions.clear()
        html = sanitise(self._markdown.reset().convert(source))
        return Rendered(html, tuple(self._mentions), tuple(dict.fromkeys(_FILE_KEY.findall(html))))


class _FitThePage(Treeprocessor):
    """Leave h1 and h2 to the page, let wide tables scroll, show pictures only when they are ours.

    A link whose words are its address is named as such: print need not repeat it.
    """

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in list(root.iter()):
            element.tag = _HEADINGS.get(element.tag, element.tag)
            if element.tag == "img":
                _own_or_link(element)
            if element.tag == "a" and _shows_its_address(element):
                element.set("class", ADDRESS_CLASS)
        self._let_tables_scroll(root)

    def _let_tables_scroll(self, root: Element) -> None:
        for parent in list(root.iter()):
            for at, child in enumerate(parent):
                if child.tag == "table":
                    frame = Element(
                        "div", {"class": SCROLL_CLASS, "tabindex": "0", "role": "region", "aria-label": "Table"}
                    )
                    frame.tail, child.tail = child.tail, None
                    parent[at] = frame
                    frame.append(child)


def _own_or_link(image: Element) -> None:
    source, words = image.get("src") or "", image.get("alt") or ""
    if source.startswith(FILES):
        image.set("loading", "lazy")
        return
    image.tag, image.text = "a", words or source
    image.attrib.clear()
    image.set("href", source)


def _shows_its_address(link: Element) -> bool:
    words, address = ("".join(link.itertext()).strip(), link.get("href") or "")
    return bool(words) and _SCHEME.sub("", words).rstrip("/") == _SCHEME.sub("", address).rstrip("/")
