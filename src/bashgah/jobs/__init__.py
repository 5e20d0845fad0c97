"""Door: clock, relay and workers."""
