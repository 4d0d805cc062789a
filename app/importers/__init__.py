"""Other communities' data, brought in through the same rules: repeatable, resumable, with a report."""
