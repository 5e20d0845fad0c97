"""Promotions: what a cart costs after discounts, why, what it would earn; pure and exact."""
