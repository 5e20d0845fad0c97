"""Tables of the programs room."""
