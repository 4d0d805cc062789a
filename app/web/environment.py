"""Jinja as pages need it: imported once, and nothing wrapped that is about to be joined to a text."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, cast

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # in C where that was built


def written(value: Any) -> str:
    """Return what a value looks like on a page, with everything escaped that HTML would read as its own.

    The text is that of ``markupsafe.escape``, which besides wraps it to say that it is safe; a page has some six
    hundred of them, and joins them at once.
    """
    kind = type(value)
    if kind is str:
        return _escape_inner(value)  # what ``escape`` wraps
    if kind is Markup:
        return cast("Markup", value)
    return str(value) if kind is int else escape(value)


class PageWriter(CodeGenerator):
    """Writes a template's Python; what is put out goes through ``written``."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


class PageTemplate(Template):
    """A template whose imports are made once: ``{% import %}`` without context never depends on the page.

    Jinja compares all global names at each import, for templates that were loaded with globals of their own; no
    template here is, and a thread imports some thirty times.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:  # noqa: ARG002  # Jinja's signature
        return super()._get_default_module(None)


class PageEnvironment(Environment):
    """Flask's environment for templates that differ in nothing but their text, and stay as they are while it runs."""

    code_generator_class = PageWriter
    template_class = PageTemplate
    written = staticmethod(written)

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self._loaded: dict[str, Template] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that a template sees: those of all, as they are, unless it has some of its own.

        Jinja chains two mappings, and copies both name by name for each of the thirty parts of a page.
        """
        return super().make_globals(d) if d else self.globals

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # Jinja's name
    ) -> Template:
        """Return a template, looked for once; a page asks for fifty. One with names of its own is nobody else's."""
        if isinstance(name, Template):
            return name
        if globals and self.loader is not None:
            return self.loader.load(self, name, self.make_globals(globals))
        if self.auto_reload:
            return super().get_template(name, parent)
        template = self._loaded.get(name)
        if template is None:
            template = self._loaded[name] = super().get_template(name, parent)
        return template
