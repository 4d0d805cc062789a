"""What people earned by helping, and what it lets them do.

An *entry* is one line of the append-only ledger: one fact under one rule, worth its *nominal* points under the *rule
version* that was valid when the fact happened. A *reversal* is an entry that takes exactly one other back. A *cap* is a
derived row that keeps a day, a pair of people or a post from being worth more than its limit. The shown *score* is
``max(1, 1 + entries + caps)``; nothing is clamped in the ledger. A *privilege* is what a score allows; a *badge* is
given once and stays.

Invariants, at every commit: the kept sum of a person equals the sum of their entries and caps, and both equal what the
raw facts (votes, acceptances, confirmations, deletions, rule versions) give; the order of facts never matters.
"""
