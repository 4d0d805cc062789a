"""Reading scores, ledgers, rankings and badges."""
