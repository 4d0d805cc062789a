"""Security and caching headers of every response."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types app"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

OF_PAGES = {
    "Cache-Control": "private, no-cache",
    "Speculation-Rules": '"/speculation.json"',
    "Vary": "Cookie, Accept-Language, HX-Request",
}


def init_headers(app: Flask, *, https_only: bool) -> None:
    """Add the headers after each view; a view that sets its own policy keeps it."""
    always = ALWAYS | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https_only else {})

    def choose_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    def add_headers(response: Response) -> Response:
        wanted = dict(always)
        if response.mimetype == "text/html":
            wanted |= OF_PAGES
            wanted["Content-Security-Policy"] = POLICY.format(nonce=g.nonce)
        present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  # Werkzeug's headers are pairs
        response.headers.extend([pair for pair in wanted.items() if pair[0].lower() not in present])
        if g.get("forget_browser_data"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        if request.path.startswith("/static/dist/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    app.before_request(choose_nonce)
    app.after_request(add_headers)
