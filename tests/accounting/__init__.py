"""Tests of the room ``accounting``."""
