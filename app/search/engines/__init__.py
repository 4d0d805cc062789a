"""Adapters of the port; each module here needs its own library and nothing else does."""
