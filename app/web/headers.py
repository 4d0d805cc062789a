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


def init_headers(app: Flask, *, https_only: bool) -> None:
    """Add the headers after each view; a view that sets its own policy keeps it."""

    def choose_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    def add_headers(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if https_only:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=g.nonce))
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers.setdefault("Speculation-Rules", '"/speculation.json"')
            response.vary.update(("Cookie", "Accept-Language", "HX-Request"))
        if g.get("forget_browser_data"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        if request.path.startswith("/static/dist/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    app.before_request(choose_nonce)
    app.after_request(add_headers)
