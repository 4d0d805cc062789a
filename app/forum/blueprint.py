"""Every URL of the forum, on one page."""

from __future__ import annotations

from app.forum.routes import (
    answering,
    asking,
    commenting,
    editing,
    feeds,
    finding,
    lists,
    overtaken,
    places,
    questions,
    resuming,
    space_admin,
    splitting,
    tidying,
    voting,
    writing,
)
from app.forum.services.drafting import keep_unsent_draft, keep_unsent_text
from app.forum.services.overtaken import Overtaken
from app.web.routing import Gate, Route, blueprint
from app.web.unsent import TextForm, keep_unsent

WRITE = "20 per minute; 300 per hour"
PRESS = "60 per minute; 1000 per hour"
TYPE = "120 per minute"
QUESTION = "/questions/<int:question_id>"
ANSWER = "/questions/<int:question_id>/answers/<int:answer_id>"

forum = blueprint(
    "forum",
    [
        Route("GET", "/", lists.home, Gate.PUBLIC),
        Route("GET", "/questions", lists.index, Gate.PUBLIC),
        Route("GET", "/find", finding.show, Gate.PUBLIC, TYPE),
        Route("GET", "/similar", finding.similar, Gate.PUBLIC, TYPE),
        Route("GET", f"{QUESTION}/solved-it", finding.thanks, Gate.PUBLIC),
        Route("POST", f"{QUESTION}/solved-it", finding.solved, Gate.PUBLIC, PRESS),
        Route("GET", "/ask", asking.show, Gate.MEMBER),
        Route("POST", "/ask", asking.create, Gate.MEMBER, WRITE),
        Route("GET", QUESTION, questions.show, Gate.PUBLIC),
        Route("GET", f"{QUESTION}/thread", questions.thread, Gate.PUBLIC),
        Route("POST", f"{QUESTION}/vote", voting.question, Gate.MEMBER, PRESS),
        Route("POST", f"{QUESTION}/me-too", voting.me_too, Gate.MEMBER, PRESS),
        Route("POST", f"{QUESTION}/follow", voting.follow, Gate.MEMBER, PRESS),
        Route("POST", f"{QUESTION}/answers", answering.create, Gate.MEMBER, WRITE),
        Route("POST", f"{ANSWER}/vote", voting.answer, Gate.MEMBER, PRESS),
        Route("POST", f"{ANSWER}/working", voting.working, Gate.MEMBER, PRESS),
        Route("POST", f"{ANSWER}/accept", voting.accept, Gate.MEMBER, PRESS),
        Route("POST", f"{QUESTION}/comments", commenting.on_question, Gate.MEMBER, WRITE),
        Route("POST", f"{ANSWER}/comments", commenting.on_answer, Gate.MEMBER, WRITE),
        Route("GET", "/comments/<int:comment_id>/edit", commenting.edit, Gate.MEMBER),
        Route("POST", "/comments/<int:comment_id>/edit", commenting.save, Gate.MEMBER, WRITE),
        Route("GET", "/comments/<int:comment_id>/delete", commenting.ask_delete, Gate.MEMBER),
        Route("POST", "/comments/<int:comment_id>/delete", commenting.delete, Gate.MEMBER, WRITE),
        Route("POST", "/comments/<int:comment_id>/restore", commenting.restore, Gate.MEMBER, WRITE),
        Route("GET", "/answers/<int:answer_id>/edit", answering.edit, Gate.MEMBER),
        Route("POST", "/answers/<int:answer_id>/edit", answering.save, Gate.MEMBER, WRITE),
        Route("GET", "/answers/<int:answer_id>/delete", answering.ask_delete, Gate.MEMBER),
        Route("POST", "/answers/<int:answer_id>/delete", answering.delete, Gate.MEMBER, WRITE),
        Route("POST", "/answers/<int:answer_id>/restore", answering.restore, Gate.MEMBER, WRITE),
        Route("GET", "/answers/<int:answer_id>/history", editing.answer_changes, Gate.PUBLIC),
        Route("POST", "/answers/<int:answer_id>/roll-back", editing.roll_answer_back, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/edit", editing.edit, Gate.MEMBER),
        Route("POST", f"{QUESTION}/edit", editing.save, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/history", editing.history, Gate.PUBLIC),
        Route("POST", f"{QUESTION}/roll-back", editing.roll_question_back, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/close", tidying.ask_close, Gate.MEMBER),
        Route("POST", f"{QUESTION}/close", tidying.close, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/reopen", tidying.ask_reopen, Gate.MEMBER),
        Route("POST", f"{QUESTION}/reopen", tidying.reopen, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/delete", tidying.ask_delete, Gate.MEMBER),
        Route("POST", f"{QUESTION}/delete", tidying.delete, Gate.MEMBER, WRITE),
        Route("POST", f"{QUESTION}/restore", tidying.restore, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/same-as", tidying.ask_join, Gate.MEMBER),
        Route("POST", f"{QUESTION}/same-as", tidying.join, Gate.MEMBER, WRITE),
        Route("POST", f"{QUESTION}/separate", tidying.separate, Gate.MEMBER, WRITE),
        Route("GET", f"{QUESTION}/move", tidying.ask_move, Gate.MEMBER),
        Route("POST", f"{QUESTION}/move", tidying.move, Gate.MEMBER, WRITE),
        Route("GET", "/answers/<int:answer_id>/split", splitting.ask_answer, Gate.MEMBER),
        Route("POST", "/answers/<int:answer_id>/split", splitting.answer, Gate.MEMBER, WRITE),
        Route("GET", "/comments/<int:comment_id>/split", splitting.ask_comment, Gate.MEMBER),
        Route("POST", "/comments/<int:comment_id>/split", splitting.comment, Gate.MEMBER, WRITE),
        Route("GET", "/spaces", places.spaces, Gate.PUBLIC),
        Route("GET", "/spaces/<slug>", places.space, Gate.PUBLIC),
        Route("GET", "/admin/spaces", space_admin.index, Gate.ADMINISTRATOR),
        Route("POST", "/admin/spaces", space_admin.create, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/admin/spaces/<int:space_id>", space_admin.show, Gate.ADMINISTRATOR),
        Route("POST", "/admin/spaces/<int:space_id>", space_admin.save, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/tags", places.tags, Gate.PUBLIC),
        Route("GET", "/tags/<slug>", places.tag, Gate.PUBLIC),
        Route("POST", "/tags/<slug>", places.describe, Gate.MEMBER, WRITE),
        Route("POST", "/tags/<slug>/follow", places.follow_tag, Gate.MEMBER, PRESS),
        Route("POST", "/tags/<slug>/words", places.add_word, Gate.MEMBER, WRITE),
        Route("POST", "/tags/<slug>/words/remove", places.remove_word, Gate.MEMBER, WRITE),
        Route("GET", "/drafts", writing.drafts, Gate.MEMBER),
        Route("POST", "/drafts", writing.save, Gate.MEMBER, TYPE),
        Route("GET", "/drafts/open", resuming.show, Gate.MEMBER),
        Route("GET", "/drafts/one", writing.load, Gate.MEMBER, TYPE),
        Route("POST", "/drafts/discard", resuming.discard, Gate.MEMBER, PRESS),
        Route("POST", "/preview", writing.preview, Gate.MEMBER, PRESS),
        Route("POST", "/uploads", writing.upload, Gate.MEMBER, WRITE),
        Route("GET", "/files/<key>/<name>", writing.download, Gate.PUBLIC),
        Route("GET", "/complete", writing.complete, Gate.MEMBER, TYPE),
        Route("GET", "/feeds/questions.atom", feeds.questions, Gate.PUBLIC),
        Route("GET", "/feeds/spaces/<slug>.atom", feeds.space, Gate.PUBLIC),
        Route("GET", "/feeds/tags/<slug>.atom", feeds.tag, Gate.PUBLIC),
        Route("GET", "/feeds/questions/<int:question_id>.atom", feeds.question, Gate.PUBLIC),
    ],
)
forum.register_error_handler(Overtaken, overtaken.show)
keep_unsent(
    forum,
    {
        endpoint: TextForm(place, f"/drafts/open?place={place}", keep_unsent_text)
        for endpoint, place in {
            "forum.asking_create": "ask",
            "forum.answering_create": "answer:{question_id}",
            "forum.answering_save": "edit-answer:{answer_id}",
            "forum.commenting_on_question": "comment:{question_id}",
            "forum.commenting_on_answer": "comment:{question_id}:{answer_id}",
            "forum.commenting_save": "edit-comment:{comment_id}",
            "forum.editing_save": "edit-question:{question_id}",
        }.items()
    }
    | {"forum.writing_save": TextForm("{place}", "/drafts", keep_unsent_draft)},
)
