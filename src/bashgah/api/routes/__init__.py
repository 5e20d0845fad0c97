"""Operations of the API by noun; each names its scope and calls one selector or service."""
