"""Door for machines: JSON API v1 (django-ninja) and the raw intake of activities.

Remembers: nothing but, for seconds, which credentials it has just seen.
Promises: a typed answer or a problem with a stable code, never half a write; every operation names its scope
and is in the OpenAPI document; a club never sees another club's rows.
Listens to: HTTP.
Never: decides anything; imports a model.
"""
