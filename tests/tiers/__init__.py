"""Tests of the room ``tiers``."""
