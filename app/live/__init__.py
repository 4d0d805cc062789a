"""Hints to open pages that something changed; what was missed is replayed after a lost connection."""
