"""The shelf of tier measures; a plug-in is one file."""
