"""Settings, urls and asgi; imported by nobody."""
