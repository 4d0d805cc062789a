"""Points for facts, in a ledger that is only ever added to; privileges, badges and the leaderboard follow from it."""
