"""Door: member pages."""
