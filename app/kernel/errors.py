"""Failures that a person caused and that the edge knows how to show.

AppError
+-- NotFound    404  absent, or hidden from this actor: the two look alike
+-- Gone        410  was here and was deleted; tells who and why, to those who may know
+-- Denied      403  visible, but this actor may not do that; carries a reason
+-- Invalid     422  the command breaks a rule; carries field and reason
+-- Conflict    409  somebody else was faster; carries a reason
+-- Busy        503  the database is saturated; safe to try again
    +-- Unwritable   the disk is full or write-protected; pages can still be read
"""

from __future__ import annotations

from collections.abc import Mapping


class AppError(Exception):
    """Root of every expected failure; ``reason`` is a code that the domain's ``words.py`` puts into a sentence."""

    status = 400

    def __init__(self, reason: str = "kernel.refused", **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: Mapping[str, object] = facts


class NotFound(AppError):
    """The thing does not exist as far as this actor can tell."""

    status = 404

    def __init__(self, reason: str = "kernel.not_found", **facts: object) -> None:
        super().__init__(reason, **facts)


class Gone(AppError):
    """The thing was here and has been deleted."""

    status = 410


class Denied(AppError):
    """The actor may see the thing but not do this to it."""

    status = 403


class Invalid(AppError):
    """The command breaks a rule of the domain; ``field`` names the input at fault."""

    status = 422

    def __init__(self, field: str, reason: str, **facts: object) -> None:
        super().__init__(reason, **facts)
        self.field = field


class Conflict(AppError):
    """The state moved on between reading and writing."""

    status = 409


class Busy(AppError):
    """Writers queue for longer than a person should wait; nothing was written."""

    status = 503

    def __init__(self, reason: str = "kernel.busy") -> None:
        super().__init__(reason)


class Unwritable(Busy):
    """The database takes nothing at all; nothing was written."""

    def __init__(self) -> None:
        super().__init__("kernel.unwritable")
