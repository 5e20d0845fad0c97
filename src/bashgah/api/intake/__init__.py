"""The fast way in for activities: raw ASGI, msgspec, natural batches, one settlement for all that waits."""
