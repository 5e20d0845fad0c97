"""Views of the portal; each calls one selector or service and hands a page to its template."""
