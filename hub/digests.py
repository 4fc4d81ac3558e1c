"""How a secret is kept that only has to be known again: by its hash, never as itself."""

import hashlib


def digest(secret: str) -> str:
    """For secrets long or short-lived enough that nobody can try them all; passwords have argon2."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
