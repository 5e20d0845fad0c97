"""Promotions on carts: the list, the editor, a trial cart."""
