"""Bashgah: enterprise customer-club software."""

__version__ = "0.1.0"
