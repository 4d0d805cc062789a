"""HTTP of accounts, profiles, settings and administration."""
