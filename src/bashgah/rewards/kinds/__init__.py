"""Kinds of rewards, one file each; the shelf's contract is ``rewards.shelf.RewardKind``."""
