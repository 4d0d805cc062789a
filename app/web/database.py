"""Flask-SQLAlchemy owns the engines, the metadata and the request's read session."""

from __future__ import annotations

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.kernel.database import SITE_ZONE, Base, ReadSession, prepare_engine

WRITER = "writer"


class RequestSession(ReadSession, FlaskSession):
    """The request's read session: Flask-SQLAlchemy's life time, our refusal to write."""


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": RequestSession, "expire_on_commit": False})


def init_database(app: Flask, settings: Settings) -> None:
    """Create the reading and the writing engine of this application."""
    address = settings.database_address
    options: dict[str, object] = {
        "pool_pre_ping": not address.startswith("sqlite"),
        "pool_size": 20,
        "max_overflow": 20,
    }
    app.config.update(
        SQLALCHEMY_DATABASE_URI=address,
        SQLALCHEMY_BINDS={WRITER: {"url": address, **options}},
        SQLALCHEMY_ENGINE_OPTIONS=options,
    )
    if address.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        for engine in (db.engine, db.engines[WRITER]):
            engine.update_execution_options(**{SITE_ZONE: settings.time_zone})
        prepare_engine(db.engine, writes=False)
        prepare_engine(db.engines[WRITER], writes=True)


def writing_engine(app: Flask) -> Engine:
    """Return the engine that units of work use."""
    with app.app_context():
        return db.engines[WRITER]


def writing_sessions(app: Flask) -> sessionmaker[Session]:
    """Make sessions for units of work."""
    return sessionmaker(writing_engine(app), class_=Session, expire_on_commit=False)


def reading_sessions(app: Flask) -> sessionmaker[ReadSession]:
    """Make read sessions outside a request: background work and commands."""
    with app.app_context():
        return sessionmaker(db.engine, class_=ReadSession, expire_on_commit=False)
