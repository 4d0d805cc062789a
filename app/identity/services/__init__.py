"""What people can do with their account, and administrators with everybody's."""
