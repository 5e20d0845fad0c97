"""Tables of the activities room."""
