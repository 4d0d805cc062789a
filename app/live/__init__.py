"""Live updates: pages that are open hear that something happened, and fetch what their reader may see.

Words: a *hint* is a kind, a place and ids, never text; a *room* is who listens together: ``q:7`` a question's readers,
``u:3`` one person, ``desk:2`` and ``ticket:9`` agents. Everything works without it.

Invariants: a room is joined only by those who may open its page; a hint has one id however often its fact is delivered,
ids grow in the order of commits, and whoever was away gets what was missed or is told to load again.
"""
