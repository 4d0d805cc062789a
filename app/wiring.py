"""The composition root: the one module that knows every other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Blueprint, Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy.orm import sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

from app.actors import actor_loader, actor_of, sign_in_of
from app.cli.check import check
from app.cli.imports import imports
from app.cli.people import make_administrator
from app.cli.promises import adopt
from app.cli.search import search
from app.cli.seed import seed
from app.cli.serve import serve
from app.cli.worker import worker
from app.config import FILES_AT_ONCE, Settings
from app.escalation import personal_data as escalation_data
from app.escalation import subscribers as escalation_reactions
from app.escalation import words as escalation_words
from app.escalation.blueprint import escalation
from app.escalation.jobs import escalation_jobs
from app.escalation.routes import deeds as escalation_deeds
from app.escalation.routes import places as escalation_places
from app.forum import personal_data as forum_data
from app.forum import words as forum_words
from app.forum.blueprint import forum
from app.forum.files import FileFolder
from app.forum.jobs import forum_jobs
from app.forum.ports import FileStore
from app.forum.routes import deeds as forum_deeds
from app.forum.search_documents import QuestionSource, index_threads, search_jobs
from app.identity import personal_data as identity_data
from app.identity import words as identity_words
from app.identity.avatars import AvatarFolder
from app.identity.blueprint import identity
from app.identity.contract import touch_sign_in
from app.identity.jobs import periodic_jobs as account_jobs
from app.identity.ports import AvatarStore
from app.identity.routes import deeds as identity_deeds
from app.identity.subscribers import AccountMail
from app.identity.subscribers import after_commit as account_reactions
from app.identity.tokens import Tokens
from app.kernel.clock import Clock, SystemClock
from app.kernel.database import ReadSession
from app.kernel.errors import Busy
from app.kernel.events import EventBus, Subscriptions
from app.kernel.housekeeping import housekeeping_jobs
from app.kernel.jobs import JobRunner, PeriodicJob
from app.kernel.mail import KeptMailer, Mailer, SmtpMailer
from app.kernel.personal_data import Estate, PersonalData
from app.kernel.relay import Relay, Subscription
from app.kernel.unit_of_work import UnitOfWorkFactory, WriteGate, open_gate
from app.kernel.words import Translator
from app.live.hints import RULES, told
from app.live.jobs import live_jobs
from app.live.socket import LiveUpdates
from app.live.subscribers import live_subscription, rights_subscription
from app.notify import personal_data as notify_data
from app.notify import words as notify_words
from app.notify.blueprint import notify
from app.notify.events import PersonTold
from app.notify.jobs import notify_jobs
from app.notify.letters import NewsLetters
from app.notify.routes import places as notify_places
from app.notify.subscribers import news_subscriptions
from app.notify.unsubscribing import UnsubscribeLinks
from app.reputation import personal_data as reputation_data
from app.reputation import subscribers as reputation_reactions
from app.reputation import words as reputation_words
from app.reputation.blueprint import reputation
from app.reputation.jobs import reputation_jobs
from app.reputation.routes import deeds as reputation_deeds
from app.reputation.routes import places as reputation_places
from app.schema import complete_metadata
from app.search.contract import DocumentSource, SearchEngine
from app.search.engines.choosing import open_engine
from app.text import words as text_words
from app.text.contract import TextRenderer
from app.text.renderer import MarkdownRenderer
from app.web import words
from app.web.application import Application
from app.web.database import db, init_database, reading_sessions, writing_sessions
from app.web.deeds import Deeds
from app.web.errors import init_errors
from app.web.guarding import init_guard
from app.web.headers import init_headers
from app.web.health import health
from app.web.language import init_language
from app.web.limits import init_limits
from app.web.login import init_login
from app.web.logs import configure_logs, init_request_ids
from app.web.metrics import init_metrics
from app.web.runtime import Runtime
from app.web.site import site
from app.web.slots import NAVIGATION, PERSON_SCORE, PROFILE, Slots
from app.web.speech import AppTranslator
from app.web.templates import init_templates
from app.worker import Background

BUNDLED = Path(__file__).resolve().parent / "_bundled"
ROOT = BUNDLED if BUNDLED.exists() else Path(__file__).resolve().parents[1]

COMMANDS: list[click.Command] = [adopt, check, make_administrator, imports, search, seed, serve, worker]
BLUEPRINTS: list[Blueprint] = [forum, health, site, identity, reputation, escalation, notify]
PERSONAL_DATA: dict[str, PersonalData] = {
    "identity": identity_data,
    "forum": forum_data,
    "reputation": reputation_data,
    "escalation": escalation_data,
    "notify": notify_data,
}
IN_TRANSACTION: list[Subscriptions] = [reputation_reactions.IN_TRANSACTION, escalation_reactions.IN_TRANSACTION]
REASONS: list[Mapping[str, str]] = [
    words.REASONS,
    identity_words.REASONS,
    forum_words.REASONS,
    text_words.REASONS,
    reputation_words.REASONS,
    escalation_words.REASONS,
    notify_words.REASONS,
]


def build_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Assemble the product from its parts."""
    settings = settings or Settings()
    complete_metadata()
    app = Application(
        "app",
        root_path=str(Path(__file__).parent),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        TESTING=settings.testing,
        PROPAGATE_EXCEPTIONS=False,
        SESSION_COOKIE_NAME="peerdesk",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),  # the row of the sign-in decides earlier
        MAX_CONTENT_LENGTH=FILES_AT_ONCE * settings.max_upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]  # Flask's documented way
    if not settings.testing:
        configure_logs(settings)
    init_request_ids(app, settings)
    init_database(app, settings)
    init_language(app, settings)
    init_headers(app, https_only=settings.https_only)
    init_guard(app)
    CSRFProtect(app)  # after what every page needs, because a refusal is a page too
    init_limits(app, settings)
    init_errors(app)
    init_templates(app, settings)
    app.extensions["peerdesk.words"] = _merge(REASONS)
    app.extensions["peerdesk.actor_of"] = partial(actor_of, table=settings.reputation_table)
    app.extensions["peerdesk.slots"] = Slots()
    _fill_slots(app.extensions["peerdesk.slots"])
    app.extensions["peerdesk.deeds"] = deeds = Deeds()
    for domain in (identity_deeds, forum_deeds, reputation_deeds, escalation_deeds):
        deeds.add(domain.DEEDS, domain.SUBJECTS)
    app.extensions["peerdesk"] = found = _runtime(app, settings, clock or SystemClock())
    init_login(app, sign_in_of(found.clock), _visit_writer(found.unit_of_work))
    init_metrics(app)
    app.extensions["peerdesk.background"] = _background(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    return app


def _background(app: Flask) -> Background:
    runtime: Runtime = app.extensions["peerdesk"]
    return Background(runtime.relay, runtime.jobs, runtime.wake, app.app_context)


def _runtime(app: Flask, settings: Settings, clock: Clock) -> Runtime:
    """Bind ports to adapters and events to reactions."""
    gate = WriteGate() if settings.database_address.startswith("sqlite") else open_gate
    writes, reads = writing_sessions(app), reading_sessions(app)
    ports = _ports(app, settings, reads, clock)
    subscriptions: list[Subscription] = []  # filled below: an after-commit reaction may itself open a unit of work
    bus, wake = EventBus(IN_TRANSACTION), threading.Event()
    units = UnitOfWorkFactory(writes, bus, {}, clock, gate, wake.set)
    ports[Mailer] = _mailer(settings, units)
    ports[SearchEngine] = open_engine(settings.search_engine, settings.search_dir)
    ports[DocumentSource] = QuestionSource(reads)
    ports[Translator] = AppTranslator(app, settings.default_language)
    ports[UnsubscribeLinks] = UnsubscribeLinks(settings.signing_key())
    ports[Tokens] = Tokens(settings.signing_key(), clock)
    ports[Estate] = Estate(PERSONAL_DATA)
    subscriptions += _after_commit(ports, units, reads, settings)
    relay = Relay(writes, subscriptions, clock, gate, reads)
    units.listeners = relay.listeners
    jobs = JobRunner(writes, _jobs(ports, units, reads), clock, gate, reads)
    return Runtime(
        settings, clock, units, reads, relay, jobs, wake, actor_loader(clock, settings.reputation_table), ports
    )


def _ports(app: Flask, settings: Settings, reads: sessionmaker[ReadSession], clock: Clock) -> dict[type, Any]:
    """Bind each port to the adapter that the settings choose."""
    return {
        AvatarStore: AvatarFolder(settings.uploads_dir / "avatars"),
        FileStore: FileFolder(settings.uploads_dir / "files"),
        LiveUpdates: LiveUpdates(app, settings, reads, clock),
        TextRenderer: MarkdownRenderer(seconds=settings.render_seconds),
    }


def _mailer(settings: Settings, units: UnitOfWorkFactory) -> Mailer:
    if settings.mail_url is None:
        return KeptMailer(units, settings.mail_from)
    return SmtpMailer(settings.mail_url, settings.mail_from, units.clock)


def _after_commit(
    ports: Mapping[type, Any],
    units: UnitOfWorkFactory,
    reads: sessionmaker[ReadSession],
    settings: Settings,
) -> list[Subscription]:
    """Collect the reactions that run from the outbox."""
    news = NewsLetters(
        ports[Mailer], ports[Translator], ports[UnsubscribeLinks], reads, settings.site_name, settings.site_url
    )
    letters = AccountMail(ports[Mailer], ports[Translator], ports[Tokens], reads, settings.site_name, settings.site_url)
    return [
        reputation_reactions.badge_subscription(units, reads),
        escalation_reactions.similar_subscription(units, reads, ports[SearchEngine]),
        *news_subscriptions(units, news),
        *account_reactions(letters, ports[AvatarStore]),
        index_threads(ports[SearchEngine], ports[DocumentSource]),
        live_subscription(units, {**RULES, PersonTold: told}, ports[LiveUpdates].send),
        rights_subscription(ports[LiveUpdates].look_again),
    ]


def _jobs(ports: Mapping[type, Any], units: UnitOfWorkFactory, reads: sessionmaker[ReadSession]) -> list[PeriodicJob]:
    """Collect the periodic work."""
    return [
        *housekeeping_jobs(units),
        *live_jobs(units),
        *reputation_jobs(reads, units),
        *escalation_jobs(units, reads),
        *notify_jobs(units),
        *account_jobs(units, ports[AvatarStore]),
        *forum_jobs(units, ports[FileStore]),
        *search_jobs(ports[SearchEngine], ports[DocumentSource], units),
    ]


def _fill_slots(slots: Slots) -> None:
    """Let higher domains fill the named places on lower domains' pages."""
    slots.fill(PERSON_SCORE, reputation_places.person_scores)
    slots.fill(PROFILE, reputation_places.profile_cards)
    slots.fill(NAVIGATION, notify_places.inbox_count)
    for place, provider in escalation_places.PROVIDERS.items():
        slots.fill(place, provider)


def _visit_writer(units: UnitOfWorkFactory) -> Callable[[int], None]:
    def write(sign_in_id: int) -> None:
        with suppress(Busy), units() as uow:  # nobody waits for this; the next page tries again
            touch_sign_in(uow, sign_in_id)

    return write


def _merge(tables: list[Mapping[str, str]]) -> dict[str, str]:
    return {code: sentence for table in tables for code, sentence in table.items()}
