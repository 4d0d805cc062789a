"""The inbox, and what comes by e-mail."""
