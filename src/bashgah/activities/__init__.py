"""What happened, recorded and settled once."""
