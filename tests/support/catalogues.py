"""Compare the translation catalogues with the sentences in code and templates; ``--update`` brings them up to date."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "app" / "translations"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "N_": None,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
NOISE = re.compile(
    rb'^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By): .*\n',
    re.MULTILINE,
)
"""Headers that Babel fills with the time, its version and placeholders."""
JINJA_OPTIONS = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}  # as app.web.templates sets them
SOURCES: tuple[tuple[Path, list[tuple[str, str]], dict[str, dict[str, str]]], ...] = (
    (ROOT / "app", [("**.py", "python")], {}),
    (ROOT / "templates", [("**.*", "jinja2.ext:babel_extract")], {"**.*": JINJA_OPTIONS}),
)


def extracted() -> Catalog:
    """Collect every sentence of the product."""
    template = Catalog(project="Peerdesk", fuzzy=False)
    for folder, methods, options in SOURCES:
        found = extract_from_dir(folder, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",))
        for name, line, message, comments, context in found:
            template.add(message, None, [(f"{folder.name}/{name}", line)], auto_comments=comments, context=context)
    return template


def differences(template: Catalog, catalogue: Catalog) -> list[str]:
    """Say what a catalogue lacks, or has too much."""
    wanted = {(_one(m.id), m.context) for m in template if m.id}
    held = {(_one(m.id), m.context): m for m in catalogue if m.id}
    lacking = [f"missing: {sentence}" for sentence, context in sorted(wanted - set(held), key=str)]
    stale = [f"no longer used: {sentence}" for sentence, context in sorted(set(held) - wanted, key=str)]
    empty = [
        f"not translated: {key[0]}" for key, m in held.items() if key in wanted and (m.fuzzy or not _whole(m.string))
    ]
    return lacking + stale + empty


def _written(catalogue: Catalog) -> bytes:
    """Return the file of a catalogue, without what would differ in every change and tell nobody anything."""
    file = io.BytesIO()
    write_po(file, catalogue, width=120, sort_output=True, include_lineno=False)
    return NOISE.sub(b"", file.getvalue())


def _one(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _whole(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)


def main(*, update: bool) -> int:
    """Check or update every catalogue; the exit code tells whether all are complete."""
    template, problems = extracted(), 0
    paths = sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    for path in paths:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parts[-3])
        if update:
            catalogue.update(template, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            path.write_bytes(_written(catalogue))
        found = differences(template, catalogue)
        problems += len(found)
        for line in found[:40]:
            click.echo(f"{path.parts[-3]}: {line}")
    click.echo(f"{len(template)} sentences, {len(paths)} catalogues, {problems} differences")
    return 1 if problems and not update else 0


if __name__ == "__main__":
    sys.exit(main(update="--update" in sys.argv))
