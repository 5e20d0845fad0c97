"""What must hold of any history of points."""
