"""SKUs, categories and brands as the shops know them.

Remembers: products, the tree of categories, brands, per club and by the shops' own codes.
Promises: ``products_facts`` is cheap enough for every purchase; an unknown SKU is no error.
Listens to: nothing.
Never: knows prices, stock or members.
"""
