"""Questions, answers, comments, and what people do to them.

A *question* lives in exactly one *space* and has an *asker* and an *impact* (what it keeps the asker from doing). An
*answer* belongs to one question; one may be *accepted*, several may be *marked as working*. A *comment* belongs to a
question or to one of its answers. A *vote* is one person's +1 or −1 on a question or an answer, never on their own.
Nothing here knows about tickets, points or mail: those domains listen to ``app.forum.events``.

Invariants: counters equal the rows they count; a deleted post takes no vote, comment or answer; a closed question takes
no answer; ``version`` grows with every change anybody can see on the question's page.
"""
