"""Social tasks and the queue of what members show."""
