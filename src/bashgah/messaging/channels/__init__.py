"""Channels, one file each; the shelf's contract is ``messaging.shelf.Channel``."""
