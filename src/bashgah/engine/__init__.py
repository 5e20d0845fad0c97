"""Decides: a program, a member's state and a fact go in; effects and reasons come out.

Never: reads a clock, a database, a random source.
"""
