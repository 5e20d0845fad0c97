"""Stories are told at the same door as the tests of the API."""

from tests.doors.conftest import door, ketab, keyed, naderi, pos, stranger

__all__ = ["door", "ketab", "keyed", "naderi", "pos", "stranger"]
