"""Tables of the clubs room."""
