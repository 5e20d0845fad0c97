"""What a ladder measures: a shelf of measures, each one file."""
