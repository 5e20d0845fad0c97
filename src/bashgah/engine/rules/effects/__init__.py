"""What a rule does: a shelf of effects."""
