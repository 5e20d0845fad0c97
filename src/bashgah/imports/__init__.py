"""Files in, cleansed and settled through the one settlement."""
