"""Shared accounts of the console: the list, one account, the club's settings."""
