"""Letters about one's account. The link is made when the letter is sent, so no token ever waits in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import sessionmaker

from app.identity.events import (
    AvatarDropped,
    EmailChangeAsked,
    EmailVerificationAsked,
    KnownAddressRegistered,
    PasswordChanged,
    PasswordResetAsked,
    PersonInvited,
    PersonRegistered,
)
from app.identity.models import User
from app.identity.ports import AvatarStore
from app.identity.tokens import Purpose, Tokens
from app.kernel.database import ReadSession
from app.kernel.events import Event
from app.kernel.mail import Mail, Mailer
from app.kernel.relay import Message, Subscription
from app.kernel.words import N_, Translator

GREETING = N_("Hello %(name)s,")
REASON = N_("You get this mail because somebody used this address at %(site)s (%(url)s).")


@dataclass(frozen=True, slots=True)
class AccountMail:
    """Writes the letters.

    ``site_url`` has no slash at its end.
    """

    mailer: Mailer
    translator: Translator
    tokens: Tokens
    reads: sessionmaker[ReadSession]
    site_name: str
    site_url: str

    def welcome(self, message: Message) -> None:
        """Ask a new person to verify their address."""
        self._write(
            message,
            N_("%(site)s asks you to confirm your address"),
            [N_("confirm that this is your e-mail address by opening this link within three days:")],
            lambda person: f"/verify/{self.tokens.make(Purpose.VERIFY_EMAIL, person)}",
        )

    def already_known(self, message: Message) -> None:
        """Tell the owner of an address that somebody tried to register with it."""
        self._write(
            message,
            N_("You already have an account at %(site)s"),
            [
                N_("somebody tried to make an account with this address, and there is one already."),
                N_("If it was you, sign in, or choose a new password here:"),
            ],
            lambda _person: "/forgotten",
        )

    def reset(self, message: Message) -> None:
        """Send the link that replaces a forgotten password."""
        self._write(
            message,
            N_("%(site)s sends you the link for a new password"),
            [
                N_("choose a new password by opening this link within two hours. It works once."),
                N_("If you did not ask for it, do nothing: your password stays as it is."),
            ],
            lambda person: f"/reset/{self.tokens.make(Purpose.RESET_PASSWORD, person)}",
        )

    def invitation(self, message: Message) -> None:
        """Send somebody who was given an account the link to choose their password."""
        self._write(
            message,
            N_("%(site)s has an account for you"),
            [
                N_("somebody who looks after %(site)s has made an account for you, to ask and to help there."),
                N_("Choose your password by opening this link within two hours. It works once."),
                N_("When it is too old, ask for another one at the sign-in page: choose a new password there."),
            ],
            lambda person: f"/reset/{self.tokens.make(Purpose.RESET_PASSWORD, person)}",
        )

    def password_changed(self, message: Message) -> None:
        """Tell the owner, in case it was somebody else."""
        self._write(
            message,
            N_("Your password at %(site)s was changed"),
            [
                N_("your password was changed, and your other browsers were signed out."),
                N_("If it was not you, choose a new password at once:"),
            ],
            lambda _person: "/forgotten",
        )

    def change_email(self, message: Message) -> None:
        """Send the link to the wanted address."""
        with self.reads() as session:
            person = session.get(User, _user_id(message))
            pending = person.pending_email if person is not None else None
        self._write(
            message,
            N_("%(site)s asks you to confirm your new address"),
            [N_("confirm that you want to get mail here from now on by opening this link within three days:")],
            lambda person: f"/email/{self.tokens.make(Purpose.CHANGE_EMAIL, person)}",
            to=pending or "",
        )

    def email_changes(self, message: Message) -> None:
        """Send word to the present address, whatever becomes of the letter to the wanted one."""
        self._write(
            message,
            N_("Your address at %(site)s is about to change"),
            [
                N_("somebody who knows your password wants your mail to go to another address."),
                N_("If it was not you, choose a new password at once:"),
            ],
            lambda _person: "/forgotten",
            part="present-address",
        )

    def _write(
        self,
        message: Message,
        subject: str,
        sentences: Sequence[str],
        path: Callable[[User], str],
        *,
        to: str | None = None,
        part: str = "link",
    ) -> None:
        with self.reads() as session:
            person = session.get(User, _user_id(message))
            if person is None or person.deactivated_at is not None:
                return
            address, link = person.email if to is None else to, f"{self.site_url}{path(person)}"
            language, name = person.interface_language, person.name
        if not address:
            return
        facts = {"site": self.site_name, "url": self.site_url, "name": name}
        say = self.translator.say
        lines = [say(language, GREETING, **facts), *(say(language, s, **facts) for s in sentences), link]
        text = "\n\n".join([*lines, f"-- \n{say(language, REASON, **facts)}\n"])
        self.mailer.send(Mail(address, say(language, subject, **facts), text, key=f"identity.{message.id}.{part}"))


def _user_id(message: Message) -> int:
    return int(getattr(message.event, "user_id"))  # noqa: B009  # every fact of these reactions has one


def _each(write: Callable[[Message], None]) -> Callable[[Sequence[Message]], None]:
    def handle(messages: Sequence[Message]) -> None:
        for message in messages:
            write(message)

    return handle


def after_commit(letters: AccountMail, avatars: AvatarStore) -> list[Subscription]:
    """Return the reactions of this domain that run from the outbox."""

    def forget_picture(messages: Sequence[Message]) -> None:
        for message in messages:
            assert isinstance(message.event, AvatarDropped)
            avatars.delete(message.event.key)

    def letter(name: str, write: Callable[[Message], None], *kinds: type[Event]) -> Subscription:
        return Subscription(f"identity.mail_{name}", kinds, _each(write), slow=True)

    return [
        letter("welcome", letters.welcome, PersonRegistered, EmailVerificationAsked),
        letter("already_known", letters.already_known, KnownAddressRegistered),
        letter("invitation", letters.invitation, PersonInvited),
        letter("reset", letters.reset, PasswordResetAsked),
        letter("password_changed", letters.password_changed, PasswordChanged),
        letter("email_change", letters.change_email, EmailChangeAsked),
        letter("email_changes", letters.email_changes, EmailChangeAsked),
        Subscription("identity.forget_picture", (AvatarDropped,), forget_picture),
    ]
