"""The URLs of accounts, profiles and settings."""

from __future__ import annotations

from app.identity.routes import (
    account,
    information,
    own_data,
    own_profile,
    passwords,
    preferences,
    profiles,
    registering,
    signing_in,
)
from app.web.routing import Gate, Route, blueprint

FEW = "10 per minute; 60 per hour"
"""For whatever costs a password hash or sends mail."""
SOME = "30 per minute"

identity = blueprint(
    "identity",
    [
        Route("GET", "/sign-in", signing_in.show, Gate.PUBLIC),
        Route("POST", "/sign-in", signing_in.create, Gate.PUBLIC, FEW),
        Route("POST", "/sign-out", signing_in.leave, Gate.PUBLIC, SOME),
        Route("GET", "/register", registering.show, Gate.PUBLIC),
        Route("POST", "/register", registering.create, Gate.PUBLIC, FEW),
        Route("GET", "/registered", registering.done, Gate.PUBLIC),
        Route("GET", "/verify/<token>", registering.confirm, Gate.PUBLIC, SOME),
        Route("POST", "/verify/<token>", registering.verify, Gate.PUBLIC, SOME),
        Route("GET", "/verified", registering.verified, Gate.PUBLIC),
        Route("GET", "/forgotten", passwords.forgotten, Gate.PUBLIC),
        Route("POST", "/forgotten", passwords.ask, Gate.PUBLIC, FEW),
        Route("GET", "/forgotten/sent", passwords.asked, Gate.PUBLIC),
        Route("GET", "/reset/<token>", passwords.choose, Gate.PUBLIC, SOME),
        Route("POST", "/reset/<token>", passwords.replace, Gate.PUBLIC, FEW),
        Route("GET", "/reset-done", passwords.replaced, Gate.PUBLIC),
        Route("GET", "/email/<token>", account.confirm_email, Gate.PUBLIC, SOME),
        Route("POST", "/email/<token>", account.take_email, Gate.PUBLIC, SOME),
        Route("GET", "/people/<handle>", profiles.show, Gate.PUBLIC),
        Route("GET", "/avatars/<key>.webp", profiles.picture, Gate.PUBLIC),
        Route("GET", "/settings", own_profile.show, Gate.MEMBER),
        Route("POST", "/settings", own_profile.save, Gate.MEMBER, SOME),
        Route("POST", "/settings/picture", own_profile.upload, Gate.MEMBER, FEW),
        Route("POST", "/settings/picture/remove", own_profile.remove, Gate.MEMBER, SOME),
        Route("GET", "/settings/formats", preferences.formats, Gate.MEMBER),
        Route("POST", "/settings/formats", preferences.save_formats, Gate.MEMBER, SOME),
        Route("GET", "/settings/looks", preferences.looks, Gate.MEMBER),
        Route("POST", "/settings/looks", preferences.save_looks, Gate.MEMBER, SOME),
        Route("POST", "/settings/shortcuts", preferences.save_shortcuts, Gate.MEMBER, SOME),
        Route("POST", "/settings/leaderboard", preferences.save_leaderboard, Gate.MEMBER, SOME),
        Route("GET", "/settings/account", account.show, Gate.MEMBER),
        Route("POST", "/settings/account/password", account.save_password, Gate.MEMBER, FEW),
        Route("POST", "/settings/account/email", account.save_email, Gate.MEMBER, FEW),
        Route("POST", "/settings/account/verification", account.send_verification, Gate.MEMBER, FEW),
        Route("POST", "/settings/browsers/<int:sign_in_id>/revoke", account.revoke, Gate.MEMBER, SOME),
        Route("POST", "/settings/browsers/revoke-others", account.revoke_others, Gate.MEMBER, SOME),
        Route("GET", "/settings/data", own_data.show, Gate.MEMBER),
        Route("GET", "/settings/data/export", own_data.export, Gate.MEMBER, FEW),
        Route("POST", "/settings/data/leave", own_data.leave, Gate.MEMBER, FEW),
        Route("GET", "/goodbye", own_data.gone, Gate.PUBLIC),
        Route("POST", "/language", preferences.switch_language, Gate.PUBLIC, SOME),
        Route("POST", "/theme", preferences.switch_theme, Gate.PUBLIC, SOME),
        Route("GET", "/help", information.help_page, Gate.PUBLIC),
        Route("GET", "/accessibility", information.accessibility, Gate.PUBLIC),
    ],
)
