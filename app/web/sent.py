"""What a form brought, as a short mark: whether a once-token comes again with the same content or with another."""

from __future__ import annotations

import hmac
import json
import os
from typing import IO

from flask import current_app, request

_NOT_CONTENT = frozenset({"csrf_token", "once"})


def mark_of_sent() -> str:
    """Return a keyed mark of the request's address, fields and files.

    Equal content gives an equal mark. Without the site's secret key nobody can try out from a mark what was typed: a
    password may be among the fields. Files count with their name and size.
    """
    fields = sorted((name, words) for name, words in request.form.items(multi=True) if name not in _NOT_CONTENT)
    files = sorted((name, file.filename or "", _size(file.stream)) for name, file in request.files.items(multi=True))
    content = json.dumps([request.path, fields, files]).encode()
    return hmac.new(_key(), content, "sha256").hexdigest()[:32]


def _key() -> bytes:
    secret = current_app.secret_key or ""
    return secret if isinstance(secret, bytes) else secret.encode()


def _size(stream: IO[bytes]) -> int:
    at = stream.tell()
    size = stream.seek(0, os.SEEK_END)
    stream.seek(at)
    return size
