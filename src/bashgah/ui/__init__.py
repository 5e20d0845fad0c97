"""The shared look: components, tokens, icons, template filters."""
