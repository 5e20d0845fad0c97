"""How much a rule gives: a shelf of amounts, each exact to the last fraction."""
