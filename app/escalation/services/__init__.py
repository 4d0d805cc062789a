"""What changes clocks, tickets and agreements."""
