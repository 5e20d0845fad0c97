"""PostgreSQL that starts by itself, and the two roles every installation has; knows nothing of Django."""
