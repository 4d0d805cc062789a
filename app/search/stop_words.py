"""Words that say nothing about the trouble; left out of queries, kept in the index for phrases."""

from __future__ import annotations

_LISTS = {
    "en": (
        "a about after all also am an and any are as at be because been but by can could did do does doing dont done "
        "for from get got had has have having he her here hi him his how i if im in into is it its ive just me my no "
        "not of on or our out please she so some than thank thanks that the their them then there these they this "
        "those to too up us was we were what when where which while who why will with would you your"
    ),
    "de": (
        "aber alle als also am an auch auf aus bei bin bis bitte da damit danke dann das dass dem den der des die dies "
        "diese dieser dieses doch du durch ein eine einem einen einer eines er es für gibt habe haben hallo hat ich "
        "ihr im in ist ja kann kein keine mal man mein meine mich mir mit nach nicht noch nun nur ob oder ohne schon "
        "sehr sich sie sind so um und uns unter vom von vor war was wenn wer wie wir wird wo zu zum zur"
    ),
    "fr": (
        "à ai au aux avec bonjour ce cela ces cette comme dans de des du elle en est et il ils je la le les leur mais "
        "me merci mes moi mon ne nous on ou par pas plus pour qu que qui sa se ses son sont sur un une vous"
    ),
    "es": (
        "a al algo ante como con cuando de del desde donde el ella en es esta este esto gracias ha hay he hola la las "
        "le lo los mas me mi mis muy no nos o para pero por que se si sin son su sus un una y ya yo"
    ),
    "it": (
        "a ai al alla anche ciao che chi ci come con da dal dei del della di e gli grazie ho i il in la le lo ma mi "
        "mio nel non o per più se si sono su un una uno"
    ),
    "pt": (
        "a ao as com como da de do dos e ela ele em esta este eu já mais mas me meu minha não no nos o obrigado os ou "
        "para por que se sem são um uma"
    ),
    "nl": (
        "aan als bij dat de deze die dit een en er het hoe ik in is je kan maar me met mijn na naar niet nog of om ook "
        "op te tot uit van voor wat we wel wij zijn"
    ),
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
