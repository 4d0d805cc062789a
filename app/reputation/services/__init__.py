"""Writing the ledger, checking it, changing its rules, giving badges."""
