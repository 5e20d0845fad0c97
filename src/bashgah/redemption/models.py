"""Tables of the redemption room."""
