"""Resume tokens: secrets of which only a hash is kept."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. Plain SHA-256 is enough for a random secret of this length."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_matches(token: str, expected_hash: str) -> bool:
    """Whether this is the token, in constant time."""
    return hmac.compare_digest(token_hash(token), expected_hash)
