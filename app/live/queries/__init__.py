"""What live updates read: what somebody missed."""
