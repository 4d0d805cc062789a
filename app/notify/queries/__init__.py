"""Reading inboxes."""
