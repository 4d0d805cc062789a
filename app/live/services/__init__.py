"""What live updates write: the log of hints."""
