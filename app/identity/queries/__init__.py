"""What the account, profile and administration pages show."""
