"""Door: the bashgah command."""
