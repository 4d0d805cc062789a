"""Small files that browsers and crawlers ask for by a fixed name."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from app.web.routing import Gate, Route, blueprint
from app.web.runtime import runtime

DAY = 24 * 60 * 60
NEVER_AHEAD = (
    "/sign-out*", "/files/*", "/feeds/*", "/language*", "/unsubscribe/*", "/waiting*", "/me", "/questions/*/thread",
)  # fmt: skip
"""What a browser must not fetch ahead of a press: it changes something, or it is no page."""
PRIVATE = ("/settings", "/inbox", "/drafts", "/admin", "/waiting", "/sign-in", "/register", "/language", "/me")
PAPER = "#FCFAF5"


def speculation() -> ResponseReturnValue:
    """Let browsers fetch the page behind a link on which the pointer rests (HTML, Speculation-Rules header).

    Not behind links that scripts follow in place: the browser would keep the fetched page and show it, outdated, when
    a form of the same document redirects there.
    """
    unwanted = {"not": {"selector_matches": "[rel~=nofollow], [data-no-prefetch], [hx-get]"}}
    where = {"and": [{"href_matches": "/*"}, {"not": {"href_matches": NEVER_AHEAD}}, unwanted]}
    return _file({"prefetch": [{"where": where, "eagerness": "moderate"}]}, "application/speculationrules+json")


def manifest() -> ResponseReturnValue:
    """Describe the site to a device that adds it to its home screen (W3C Web Application Manifest)."""
    name = runtime().settings.site_name
    icon = {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    body = {"name": name, "short_name": name, "id": "/", "start_url": "/", "display": "standalone", "icons": [icon]}
    return _file({**body, "background_color": PAPER, "theme_color": PAPER}, "application/manifest+json")


def robots() -> ResponseReturnValue:
    """Tell crawlers which parts are of no use to them (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), ""]
    return _kept(Response("\n".join(lines), mimetype="text/plain"))


def favicon() -> ResponseReturnValue:
    """Answer browsers that ask for an icon without looking at the page."""
    picture = Path(str(current_app.static_folder), "icon.svg").read_bytes()
    return _kept(Response(picture, mimetype="image/svg+xml"))


def _file(body: object, mimetype: str) -> Response:
    return _kept(Response(json.dumps(body), mimetype=mimetype))


def _kept(response: Response) -> Response:
    response.cache_control.public, response.cache_control.max_age = True, DAY
    return response


site = blueprint(
    "site",
    [
        Route("GET", "/speculation.json", speculation, Gate.PUBLIC),
        Route("GET", "/manifest.webmanifest", manifest, Gate.PUBLIC),
        Route("GET", "/robots.txt", robots, Gate.PUBLIC),
        Route("GET", "/favicon.ico", favicon, Gate.PUBLIC),
    ],
)
