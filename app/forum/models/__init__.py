"""Rows of the forum, and the rules that concern one aggregate alone."""
