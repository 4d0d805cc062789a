"""The sentences behind this domain's reason codes."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "identity.sign_in_required": N_("Sign in first. What you wrote is kept."),
    "identity.staff_only": N_("This page is for moderators, agents and administrators."),
    "identity.agents_only": N_("This page is for the colleagues of the service desk."),
    "identity.moderators_only": N_("This page is for moderators. Ask one if you need it."),
    "identity.administrators_only": N_("This page is for administrators. Ask one if you need it."),
    "identity.password_too_short": N_("Choose a password of at least %(shortest)s characters. A few words are good."),
    "identity.password_too_long": N_("Choose a password of at most %(longest)s characters."),
    "identity.password_common": N_("Many people use this password, so it is guessed first. Choose another one."),
    "identity.password_is_name": N_("Your name or address is guessed first. Choose another password."),
    "identity.password_wrong": N_("That is not your current password. Type it again."),
    "identity.no_match": N_("That e-mail and password don’t match. Try again, or choose a new password."),
    "identity.not_verified": N_(
        "Your password is right, but your address is not confirmed yet. We write to %(email)s: open the link in our "
        "newest mail there, then sign in. Look into the spam folder too."
    ),
    "identity.too_many_attempts": N_("Too many attempts for this account. Wait 15 minutes, or choose a new password."),
    "identity.link_void": N_("This link was used already or is too old. Ask for a new one."),
    "identity.registration_closed": N_("New accounts are made by an administrator here. Ask one."),
    "identity.name_missing": N_("Say what people may call you."),
    "identity.name_too_long": N_("Keep your name within %(longest)s characters."),
    "identity.email_odd": N_("This doesn’t look like an e-mail address. It needs a name, an @ and a domain."),
    "identity.email_taken": N_("Somebody has an account with this address already."),
    "identity.email_same": N_("This is the address you already have."),
    "identity.avatar_too_big": N_("The picture is too big. Try one under %(megabytes)s MB."),
    "identity.avatar_not_kept": N_("We couldn’t keep this picture right now. Your old one stays. Try again soon."),
    "identity.avatar_unreadable": N_("We can’t read this picture. Send a JPEG, PNG, WebP or GIF."),
    "identity.avatar_too_many_pixels": N_("The picture has too many pixels. Try a smaller one."),
    "identity.language_unknown": N_("Choose one of the languages in the list."),
    "identity.time_zone_unknown": N_("Choose a time zone from the list, such as Europe/Berlin."),
    "identity.text_too_long": N_("Keep this within %(longest)s characters."),
    "identity.last_administrator": N_("There must be at least one administrator. Make somebody else one first."),
    "identity.not_yourself": N_("Ask another administrator to do this for you."),
    "identity.group_name_missing": N_("Give the group a name."),
    "identity.group_exists": N_("A group of this name exists already."),
    "identity.person_unknown": N_("Nobody has this e-mail or name in their address. Check the spelling."),
    "identity.confirm_leaving": N_("Tick the box to say that you know what will happen."),
}
