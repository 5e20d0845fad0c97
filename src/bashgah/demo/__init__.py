"""A believable Persian chain, generated and settled through the same path."""
