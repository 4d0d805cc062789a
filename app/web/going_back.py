"""Where to go after a detour such as signing in, only ever on this site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

LONGEST = 2000


def local_path(address: str | None, default: str = "/") -> str:
    """Return the address when it is a path on this site, else the default: nobody can lead people elsewhere."""
    if not address or len(address) > LONGEST or not address.isprintable() or "\\" in address:
        return default
    try:
        parts = urlsplit(address)
    except ValueError:
        return default
    outside = parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//")
    return default if outside else address


def next_place(default: str = "/") -> str:
    """Return where the ``next`` of the form or of the address leads."""
    return local_path(request.form.get("next") or request.args.get("next"), default)


def this_page(default: str = "/") -> str:
    """Return the address of the page being asked for, to ask for it once more."""
    return local_path(request.full_path.rstrip("?"), default)


def place_before(default: str = "/") -> str:
    """Return the page of this site that the request came from."""
    if request.referrer and request.referrer.startswith(request.host_url):
        return local_path("/" + request.referrer.removeprefix(request.host_url), default)
    return default
