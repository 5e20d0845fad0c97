"""Views of the till; each calls one selector or service and hands a page to its template."""
