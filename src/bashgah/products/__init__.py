"""SKUs, categories and brands as the shops know them."""
