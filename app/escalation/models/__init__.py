"""Rows of escalation: what was agreed, what is being measured, and what a desk works on."""
