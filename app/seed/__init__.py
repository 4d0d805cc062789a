"""A small believable company for the first look: its people, spaces and questions, made through the services."""
