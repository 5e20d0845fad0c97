"""Staff, roles, API keys, and what each may do."""
