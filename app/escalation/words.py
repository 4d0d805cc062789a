"""Reason codes of this domain in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "escalation.definition_unknown": N_("Choose what counts as unanswered."),
    "escalation.minutes_missing": N_("Give a time for each choice, or leave it empty for never."),
    "escalation.minutes_range": N_("Use whole minutes, at most a year."),
    "escalation.desk_unknown": N_("Choose one of the desks."),
    "escalation.desk_has_it": N_("That desk has this already. Give it to a colleague, or choose another desk."),
    "escalation.calendar_unknown": N_("Choose one of the calendars."),
    "escalation.name_missing": N_("Give it a name."),
    "escalation.name_taken": N_("Another one already has this name."),
    "escalation.zone_unknown": N_("Choose a time zone such as Europe/Berlin."),
    "escalation.never_open": N_("Give at least one opening time, such as Mon 09:00-17:00."),
    "escalation.windows_unreadable": N_("Write one opening time on each line, such as Mon 09:00-17:00."),
    "escalation.days_unreadable": N_("Write one date on each line, such as 2026-12-24."),
    "escalation.country_unknown": N_("We don’t know the public holidays of that place. Try a code such as DE or US."),
    "escalation.ticket_ended": N_("This is already over. Nothing was changed."),
    "escalation.back_already": N_(
        "It is noted already that you are back to work. "
        "If the trouble is back, press “Not solved after all” below the answer."
    ),
    "escalation.with_the_desk": N_(
        "The desk is working on this again. You will be asked when they think it is solved."
    ),
    "escalation.only_the_asker": N_("Only the person who asked can say that."),
    "escalation.only_asker_or_staff": N_("Only the person who asked and the people who look after this can do that."),
    "escalation.already_with_us": N_("The desk already has this question."),
    "escalation.question_solved": N_("An answer solved this. If it did not help, press «Not solved after all» first."),
    "escalation.question_over": N_("This question is closed, so nobody needs to take it over."),
    "escalation.reason_missing": N_("Say in one sentence why."),
    "escalation.sentence_too_long": N_("Make it shorter: at most %(maximum)s characters."),
    "escalation.stale": N_("Somebody changed this while you were writing. Look at what is new, then send it again."),
    "escalation.quotes_note": N_(
        "Part of this stands in a note that only agents see: “%(words)s …”. "
        "Change it, or say below that everybody may read it."
    ),
    "escalation.nobody_chosen": N_("Tick at least one person."),
    "escalation.agent_blind": N_("This space is not open to them. Choose somebody who may read it."),
    "escalation.agent_unknown": N_("Choose somebody who works at a desk."),
    "escalation.answer_unknown": N_("Choose one of the answers on this page."),
    "escalation.message_missing": N_("Write something first."),
    "escalation.note_too_long": N_("That is too long. Keep it under 30,000 characters."),
    "escalation.asker_is_asked": N_("They are asked whether they are back to work. If not, this comes back by itself."),
    "escalation.promise_first": N_(
        "We promised that they hear from us soon. Reply or ask back first, then this can be put aside."
    ),
    "escalation.aside_missing": N_("Choose when this comes back."),
    "escalation.aside_both": N_("Choose one: a moment from the list, or a time of your own."),
    "escalation.aside_unreadable": N_("Write a date and a time, such as 2026-12-24 09:00."),
    "escalation.aside_range": N_("Choose a time to come, within the next 90 days."),
    "escalation.other_unknown": N_("Choose another one that waits, or give its reference, such as T-12."),
    "escalation.other_both": N_("Choose one: from the list, or by its reference."),
    "escalation.other_is_this": N_("That is this one. Choose another."),
    "escalation.other_over": N_("That one is solved or over. Choose one that still waits."),
    "escalation.not_at_this_desk": N_("Only the people who work at this desk and administrators can change its texts."),
    "escalation.texts_enough": N_("This desk has 200 texts already. Delete one that nobody needs."),
    "escalation.text_too_long": N_("Make it shorter: 80 characters for the name, 5,000 for the text."),
    "escalation.text_stale": N_(
        "Somebody changed this text meanwhile. Look at what it says now, then save yours again."
    ),
    "escalation.text_unknown": N_("Choose one of the texts."),
    "escalation.person_unknown": N_("We found nobody called %(handle)s."),
}
