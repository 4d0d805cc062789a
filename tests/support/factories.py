"""Small builders with sensible defaults; a test states only what it is about."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer
from app.forum.models.question import Impact, Question
from app.forum.models.space import Space, SpaceGroup, Tag, Visibility
from app.identity.models import Group, GroupMember, RoleGrant, SignIn, User
from app.identity.tokens_at_rest import hash_token
from app.kernel.actor import Actor, Role
from app.kernel.unit_of_work import UnitOfWork
from app.web.login import SIGN_IN_KEY
from app.web.runtime import Runtime

Row = TypeVar("Row")
_serial = count(1)


class Make:
    """``make.question(asker=ann)``: every row committed at once, every default valid."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._runtime: Runtime = app.extensions["peerdesk"]

    @property
    def now(self) -> datetime:
        return self._runtime.clock.now()

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        return self._runtime.unit_of_work()

    def user(self, name: str | None = None, *, roles: tuple[Role, ...] = (), **fields: Any) -> User:
        n = next(_serial)
        name = name or f"Person {n}"
        fields.setdefault("handle", f"{name.split()[0].lower()}{n}")
        fields.setdefault("email", f"{fields['handle']}@example.org")
        fields.setdefault("created_at", self.now)
        fields.setdefault("email_verified_at", self.now)
        user = self.save(User(name=name, **fields))
        for role in roles:
            self.save(RoleGrant(user_id=user.id, role=role, granted_at=self.now))
        return user

    def appoint(self, user: User, role: Role) -> None:
        self.save(RoleGrant(user_id=user.id, role=role, granted_at=self.now))

    def group(self, *members: User, name: str | None = None) -> Group:
        n = next(_serial)
        group = self.save(Group(slug=f"group-{n}", name=name or f"Group {n}"))
        for member in members:
            self.save(GroupMember(group_id=group.id, user_id=member.id))
        return group

    def space(
        self,
        name: str | None = None,
        *,
        visibility: Visibility = Visibility.INTERNAL,
        groups: tuple[Group, ...] = (),
        **fields: Any,
    ) -> Space:
        n = next(_serial)
        fields.setdefault("slug", f"space-{n}")
        space = self.save(Space(name=name or f"Space {n}", visibility=visibility, created_at=self.now, **fields))
        for group in groups:
            self.save(SpaceGroup(space_id=space.id, group_id=group.id))
        return space

    def tag(self, slug: str | None = None) -> Tag:
        return self.save(Tag(slug=slug or f"tag-{next(_serial)}", created_at=self.now))

    def question(
        self,
        *,
        asker: User | None = None,
        space: Space | None = None,
        title: str = "VPN drops every few minutes",
        **fields: Any,
    ) -> Question:
        fields.setdefault("asked_at", self.now)
        fields.setdefault("active_at", fields["asked_at"])
        fields.setdefault("impact", Impact.SLOWED)
        fields.setdefault("body", "Since this morning.")
        fields.setdefault("body_html", f"<p>{fields['body']}</p>")
        return self.save(
            Question(
                asker_id=(asker or self.user()).id,
                space_id=(space or self.space(visibility=Visibility.PUBLIC)).id,
                title=title,
                **fields,
            )
        )

    def answer(
        self,
        question: Question,
        *,
        author: User | None = None,
        body: str = "Switch the client to TCP 443.",
        **fields: Any,
    ) -> Answer:
        """Add an answer straight to the tables; a test about answering calls the service instead."""
        fields.setdefault("posted_at", self.now)
        answer = self.save(
            Answer(
                question_id=question.id,
                author_id=(author or self.user()).id,
                body=body,
                body_html=f"<p>{body}</p>",
                **fields,
            )
        )
        with self.unit_of_work() as uow:
            uow.session.get_one(Question, question.id).answer_count += 1
        return answer

    def save(self, row: Row) -> Row:
        with self.unit_of_work() as uow:
            uow.session.add(row)
        return row

    def actor(self, user: User, *, privileges: frozenset[str] = frozenset()) -> Actor:
        """Return what the product would load for this person; ``privileges`` are added to the earned ones."""
        load = self._app.extensions["peerdesk.actor_of"]
        with self._runtime.reads() as session:
            actor: Actor = load(session, user.id)
        return Actor(actor.id, actor.name, actor.roles, actor.group_ids, actor.space_ids, actor.privileges | privileges)

    def sign_in(self, client: FlaskClient, user: User) -> None:
        token = f"token-of-{user.id}-{next(_serial)}"
        self.save(
            SignIn(
                token_hash=hash_token(token),
                user_id=user.id,
                created_at=self.now,
                last_seen_at=self.now,
                expires_at=self.now + timedelta(days=3650),
            )
        )
        with client.session_transaction() as cookie:
            cookie[SIGN_IN_KEY] = token


def read(app: Flask) -> Session:
    """Open a read session; use it as a context manager."""
    runtime: Runtime = app.extensions["peerdesk"]
    return runtime.reads()
