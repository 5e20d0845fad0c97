"""Where each member stands on each ladder, and why."""
