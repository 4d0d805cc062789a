"""Pick the engine that the settings name, or the fastest that is installed."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

from app.search.contract import SearchEngine

FORMAT = 2
"""Grows with every change of analysis or schema, so that an old index is left behind and a new one built."""


def open_engine(choice: str, folder: Path) -> SearchEngine:
    """Open an engine in its own folder below ``folder``.

    Args:
        choice: ``auto``, ``tantivy`` or ``whoosh``.
        folder: where indexes live.

    Raises:
        ImportError: when the named engine is not installed.

    """
    name = _fastest() if choice == "auto" else choice
    module = importlib.import_module(f"app.search.engines.{name}")  # only the chosen library is loaded
    engine: SearchEngine = getattr(module, f"open_{name}")(folder / f"{name}-{FORMAT}")
    return engine


def _fastest() -> str:
    return "tantivy" if importlib.util.find_spec("tantivy") else "whoosh"
