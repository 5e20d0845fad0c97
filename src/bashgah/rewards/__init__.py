"""Catalogue, stock, coupons and their codes."""
