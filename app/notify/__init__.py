"""Decides who hears what: the inbox and the mail about it, once per person and fact."""
