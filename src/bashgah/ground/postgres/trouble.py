"""What can keep PostgreSQL from starting, said so that the reader knows what to do."""


class PostgresTrouble(Exception):
    """The server cannot run here; the text is for the operator and names the way out."""
