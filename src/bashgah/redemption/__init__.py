"""Hold, issue, capture or release: points turned into rewards."""
