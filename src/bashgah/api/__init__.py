"""Door: JSON API v1 and the raw intake."""
