"""Catalogue, stock, coupons and their codes.

Remembers: how rewards look, what is left of them, who took what, coupons and the digests of their codes.
Promises: stock never falls below zero; every reason why not is said at once; codes of 85 random bits,
    sealed for their owner, found by digest, their guessing stopped.
Listens to: nothing.
Never: moves points; decides what a reward costs (that is the program's).
"""
