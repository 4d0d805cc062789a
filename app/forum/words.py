"""The forum's reason codes as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "forum.not_a_member": N_("This is in a space you are not part of."),
    "forum.deleted": N_("This was deleted."),
    "forum.not_deleted": N_("This is not deleted."),
    "forum.merged": N_("This question was joined with another one. Write there, so everybody reads it."),
    "forum.question_closed": N_("This question is closed, so it takes no more answers."),
    "forum.question_open": N_("This question is open already."),
    "forum.space_archived": N_("This space is kept for reading only. Please choose another one."),
    "forum.is_duplicate": N_("This question is the same as another one. Take the link away to open it again."),
    "forum.own_question": N_("This is your own question."),
    "forum.own_answer": N_("This is your own answer."),
    "forum.own_vote": N_("You can’t vote on what you wrote yourself."),
    "forum.too_many_votes": N_("You have given %(maximum)s votes today. More are possible tomorrow."),
    "forum.not_yours": N_("Only the person who wrote this can do that."),
    "forum.only_the_asker": N_("Only the person who asked can say what solved it."),
    "forum.has_answers": N_("Somebody has answered, so the question stays for others. A moderator can delete it."),
    "forum.is_accepted": N_("This answer solved the question, so it stays. A moderator can delete it."),
    "forum.impact_is_the_askers": N_("Only the person who asked can say what it keeps them from doing."),
    "forum.needs_comment": N_("You can comment here once others have found a few of your posts helpful."),
    "forum.needs_vote_up": N_("You can mark posts as helpful once others have found one of yours helpful."),
    "forum.needs_vote_down": N_("You can vote against posts once others have found more of yours helpful."),
    "forum.needs_edit": N_("You can do this in other people’s posts once you have helped more people."),
    "forum.needs_close": N_("You can do this with other people’s questions once you have helped more people."),
    "forum.needs_tag_wiki": N_("You can describe tags once you have helped more people."),
    "forum.needs_moderator": N_("Only moderators can do this."),
    "forum.needs_administrator": N_("Only administrators can do this."),
    "forum.needs_agent": N_("Only colleagues of the service desk can do this."),
    "forum.title_too_short": N_("Say it in a few more words: at least %(minimum)s characters."),
    "forum.title_too_long": N_("Make it shorter: at most %(maximum)s characters. The details go below."),
    "forum.body_empty": N_("Write a few words first."),
    "forum.body_too_long": N_("This is too long: at most %(maximum)s characters. Attach long logs as a file."),
    "forum.too_many_links": N_("New members can post at most %(maximum)s links to other sites at once."),
    "forum.note_required": N_("Say why, in a few words."),
    "forum.note_too_long": N_("Make it shorter: at most %(maximum)s characters."),
    "forum.too_many_tags": N_("Use at most %(maximum)s tags."),
    "forum.tag_malformed": N_(
        "A tag is one word of letters, digits and . + # - like “vpn” or “c++”: “%(tag)s” is not."
    ),
    "forum.unstorable": N_("There is an invisible character in here that can’t be kept. Please type it again."),
    "forum.impact_unknown": N_("Choose what it keeps you from doing."),
    "forum.vote_unknown": N_("That is no vote we know."),
    "forum.post_unknown": N_("Choose one post."),
    "forum.edit_conflict": N_("Somebody changed this while you were writing. Both texts are below, nothing is lost."),
    "forum.closure_reason_unknown": N_("Choose why the question is closed."),
    "forum.duplicate_needs_original": N_("Say which question it is the same as."),
    "forum.duplicate_of_itself": N_("These two are the same question already."),
    "forum.draft_place_unknown": N_("This draft can’t be kept."),
    "forum.slug_malformed": N_("Use small letters, digits and hyphens, like “network-team”."),
    "forum.slug_taken": N_("Another space has this address."),
    "forum.visibility_unknown": N_("Choose who may read this space."),
    "forum.private_needs_group": N_("Choose at least one group that may read this space."),
    "forum.synonym_of_itself": N_("Type another word than the tag itself."),
    "forum.synonym_taken": N_("This word already stands for another tag."),
}
