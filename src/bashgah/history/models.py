"""Tables of the history room."""
