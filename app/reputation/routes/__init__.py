"""Pages about reputation."""
