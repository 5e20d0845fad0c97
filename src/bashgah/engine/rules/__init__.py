"""The shelves of rules: amounts and effects; a plug-in is one file."""
