"""Clubs, their branches, brand, calendar and currency."""
