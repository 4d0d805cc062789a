"""Full-text search: the port, two embedded engines behind it, and everything that is the same for every engine.

Words are analysed here and never by an engine; what a person types is parsed here and never handed to an engine's own
query syntax. An engine stores *terms* and answers *clauses*. Nothing here knows what a document stands for: domains
turn their rows into ``contract.Document`` and decide who may see which *space*.

Invariants: every query names the spaces it may look into; an index can be thrown away and built again from its source;
one process writes at a time, any number read.
"""
