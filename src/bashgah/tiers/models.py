"""Tables of the tiers room."""
