"""What is kept so that the database alone does not say it: sealed under secrets that the database does not hold."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session

from hub.errors import Unavailable

SHORTEST_SECRET = 32


def secrets_in(said: str) -> list[str]:
    """`new,old`: the newest seals, all open."""
    return [secret.strip() for secret in said.split(",") if secret.strip()]


class Seal:
    """Raises `Unavailable` where there is no secret: what cannot be sealed must not be taken in."""

    def __init__(self, said: str) -> None:
        keys = [_key(secret) for secret in secrets_in(said)]
        self._newest = keys[0] if keys else None
        self._all = MultiFernet(keys) if keys else None

    def shut(self, words: str) -> str:
        if self._newest is None:
            raise Unavailable(
                "The hub has no secret to keep a code under. Nothing was saved; tell the manager."
            )
        return self._newest.encrypt(words.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """None where none of the secrets opens it."""
        try:
            return self._all.decrypt(sealed).decode() if self._all else None
        except InvalidToken:
            return None

    def anew(self, sealed: str) -> str | None:
        """The same under the newest secret; None where it is so already, or none opens it."""
        if self._newest is None:
            return None
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            words = self.open(sealed)
            return None if words is None else self.shut(words)
        return None


def seal_of(session: Session) -> Seal:
    seal: Seal = session.info["seal"]
    return seal


def _key(secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"first-point: sealed").derive(secret.encode())
    return Fernet(urlsafe_b64encode(derived))
