"""Door: staff pages."""
