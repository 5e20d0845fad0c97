"""Members: the list, one member's page, forms, acts."""
