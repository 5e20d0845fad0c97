"""Tables of the ledger; nobody outside this room touches them."""
