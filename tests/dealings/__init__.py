"""Tests of the room ``dealings``."""
