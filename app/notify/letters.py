"""One letter for one person and one fact."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from app.forum.contract import audience_of, readers_among, reasons_of_removal
from app.identity.contract import Correspondent, correspondents, people
from app.kernel.database import ReadSession
from app.kernel.mail import Mail, Mailer
from app.kernel.relay import Message
from app.kernel.words import N_, Translator
from app.notify.events import PersonTold
from app.notify.kinds import KINDS, REMOVALS, REMOVED_QUESTION, WHY_MAILED, Why
from app.notify.queries.inbox import removed_post, wanted_kinds
from app.notify.unsubscribing import UnsubscribeLinks
from app.reputation.contract import BY_CODE

SOMEBODY = N_("Somebody")
WHY_REMOVED = N_("The reason: “%(reason)s”")


@dataclass(frozen=True, slots=True)
class NewsLetters:
    """Writes and sends the letters. ``site_url`` has no slash at its end."""

    mailer: Mailer
    translator: Translator
    links: UnsubscribeLinks
    reads: sessionmaker[ReadSession]
    site_name: str
    site_url: str

    def send(self, message: Message) -> None:
        """Send one letter, unless the person does not want it, may not read the thread, or the post is gone."""
        told = message.event
        assert isinstance(told, PersonTold)
        with self.reads() as session:
            reader = correspondents(session, [told.user_id]).get(told.user_id)
            if reader is None or told.news not in wanted_kinds(session, told.user_id):
                return
            title, reason = self._title(session, told, reader), _reason(session, told)
            writer = people(session, [told.by_id]).get(told.by_id) if told.by_id is not None else None
        if title is None:
            return
        say, language = self.translator.say, reader.language
        name = writer.name if writer is not None else say(language, SOMEBODY)
        subject = say(language, KINDS[told.news].sentence, name=name, title=title)
        self.mailer.send(self._letter(told, reader, subject, reason))

    def _title(self, session: Session, told: PersonTold, reader: Correspondent) -> str | None:
        if told.badge is not None:
            known = BY_CODE.get(told.badge)
            return self.translator.say(reader.language, known.name) if known is not None else None
        post = (told.answer_id, told.comment_id)
        audience = audience_of(session, told.question_id or 0, *post, even_deleted=told.news == REMOVED_QUESTION)
        if audience is not None and not audience.stands and told.news not in REMOVALS:
            return None  # taken away meanwhile
        if audience is None or not readers_among(session, audience.space_id, [told.user_id]):
            return None
        return audience.title

    def _letter(self, told: PersonTold, reader: Correspondent, subject: str, reason: str) -> Mail:
        say, language = self.translator.say, reader.language
        stop = f"{self.site_url}/unsubscribe/{self.links.make(told.user_id, told.news)}"
        lines = (
            say(language, N_("Hello %(name)s,"), name=reader.name),
            f"{subject}\n{self.site_url}{_path(told)}",
            *((say(language, WHY_REMOVED, reason=reason),) if reason else ()),
            say(language, WHY_MAILED[Why(told.why)]),
            f"{say(language, N_('Stop this kind of mail:'))} {stop}",
        )
        return Mail(
            to=reader.email,
            subject=" ".join(subject.split()),
            text="\n\n".join(lines) + "\n",
            key=f"news:{told.fact_id}:{told.user_id}",
            headers={"List-Unsubscribe": f"<{stop}>"},
        )


def _reason(session: Session, told: PersonTold) -> str:
    """Return why a post was taken away; empty for other news, and when it came back meanwhile."""
    if told.news not in REMOVALS:
        return ""
    return reasons_of_removal(session, [removed_post(told)]).get(removed_post(told), "")


def _path(told: PersonTold) -> str:
    if told.badge is not None:
        return f"/badges/{told.badge}"
    if told.news in REMOVALS and told.news != REMOVED_QUESTION:
        return f"/questions/{told.question_id}/history"
    if told.comment_id is not None:
        return f"/questions/{told.question_id}#c{told.comment_id}"
    place = f"#a{told.answer_id}" if told.answer_id is not None else ""
    return f"/questions/{told.question_id}{place}"
