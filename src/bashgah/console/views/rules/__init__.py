"""The program's rules: the list, the editor, publishing, versions."""
