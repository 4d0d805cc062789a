"""Every deployment setting, typed, in one place; what an administrator changes at run time lives in the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, computed_field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024
FILES_AT_ONCE = 5
"""How many files one form takes; a request may be as large as so many of the largest kind."""


class Settings(BaseSettings):
    """Read once at start-up; nothing else in the code base looks at the environment.

    Each field is set by the environment variable of its name in capitals with the prefix ``PEERDESK_``; the names
    that hosting platforms agree on (``DATABASE_URL``, ``PORT``, ``SECRET_KEY``, ``SEARCH_ENGINE``) work without it.
    """

    model_config = SettingsConfigDict(env_prefix="PEERDESK_", frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Path("var")
    """Folder of the embedded database, search index, uploads and generated secret key."""
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """SQLAlchemy address of a PostgreSQL database; none means the embedded SQLite file."""
    secret_key: str | None = Field(default=None, validation_alias="SECRET_KEY")
    """Signs cookies and mailed links; generated into ``data_dir`` when not given."""
    port: int = Field(default=5000, validation_alias="PORT", ge=1, le=65535)
    host: str = "127.0.0.1"
    public_url: str | None = None
    """Where people reach the site, for links in mail; none means http://HOST:PORT."""
    site_name: str = "Peerdesk"
    default_language: Literal["en", "de"] = "en"
    time_zone: str = "UTC"
    """The site's IANA zone: of the first opening hours, and of times shown to whoever has chosen none."""
    search_engine: Literal["auto", "tantivy", "whoosh"] = Field(default="auto", validation_alias="SEARCH_ENGINE")
    reputation_table: Literal["small", "large"] = "small"
    """Which table of privileges by score is in force."""
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    """Redis or Valkey for rate limits and live updates between several processes; none means memory."""
    mail_url: str | None = None
    """``smtp://user:password@host:587`` or ``smtps://…``; none means mail is kept in the outbox page and the log."""
    mail_from: str = "Peerdesk <peerdesk@localhost>"
    registration: Literal["open", "closed"] = "open"
    max_upload_bytes: int = 10 * MEGABYTE
    render_seconds: float = 0.8
    """Longest time one Markdown text may take to render before it is refused."""
    background: bool = True
    """Run the relay and the periodic jobs inside the web process."""
    trusted_proxies: int = 0
    """How many reverse proxies in front of the server set X-Forwarded-For and X-Forwarded-Proto."""
    https_only: bool = False
    """Send cookies over HTTPS only; set it wherever the site is served by HTTPS."""
    rate_limits: bool = True
    metrics_token: str | None = None
    """Whoever sends it as a bearer token may read ``/metrics``; administrators may anyway."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """How log lines look; ``auto`` is for people in a terminal and JSON elsewhere."""
    pseudo_locale: bool = False
    """Let ``?pl=xa`` lengthen and ``?pl=xb`` mirror every page, for tests of the words."""
    testing: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("no IANA time zone, such as Europe/Berlin")
        return name

    @computed_field  # type: ignore[prop-decorator]  # pydantic's documented order; mypy cannot see it
    @property
    def database_address(self) -> str:
        """The SQLAlchemy address in force."""
        if self.database_url is None:
            return f"sqlite:///{(self.data_dir / 'peerdesk.sqlite3').resolve()}"
        for short in ("postgres://", "postgresql://"):
            if self.database_url.startswith(short):
                return "postgresql+psycopg://" + self.database_url.removeprefix(short)
        return self.database_url

    @property
    def uploads_dir(self) -> Path:
        """Folder of attachments and avatars."""
        return self.data_dir / "uploads"

    @property
    def search_dir(self) -> Path:
        """Folder of the embedded search index."""
        return self.data_dir / "search"

    @property
    def site_url(self) -> str:
        """Address that links in mail start with, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def signing_key(self) -> str:
        """Return the secret key, generating it once into the data folder.

        Two processes that start together agree: whoever links the written file first wins, and nobody can read a half
        of it.
        """
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret-key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            descriptor, fresh = tempfile.mkstemp(prefix="secret-key-", dir=self.data_dir)  # readable by its owner alone
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                os.link(fresh, path)
            Path(fresh).unlink()
        return path.read_text().strip()
