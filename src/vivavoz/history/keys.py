"""API keys, of which only hashes are kept, and the secret that signs tokens."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from vivavoz.errors import InvalidMessageError, KeyNotFoundError
from vivavoz.history.database import Database
from vivavoz.history.rows import TableRow
from vivavoz.history.tables import API_KEYS, SIGNING_SECRET
from vivavoz.session.entities import utc_now

KEY_PREFIX = "vv_"
"""What every key begins with, so that one is recognised wherever it turns up."""

_SECRET_BYTES = 32
_KEY = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]{{43}}")
_MAX_USER_ID_LENGTH = 128
_ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the key itself was shown once, to whoever made it."""

    id: UUID
    user_id: str
    created_at: datetime
    revoked_at: datetime | None


class KeyStore:
    """Makes, lists, finds and revokes keys; safe for threads.

    Every method raises ``StorageFailedError`` when the database refuses, having changed nothing.

    Args:
        database: where they are kept.
        clock: the present moment, time-zone aware.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def add(self, user_id: str) -> tuple[ApiKey, str]:
        """A new key of that user, who may have several, and the key itself.

        Raises:
            InvalidMessageError: nobody can be called so.
        """
        if not 0 < len(user_id.strip()) <= _MAX_USER_ID_LENGTH or not user_id.isprintable():
            raise InvalidMessageError(
                f"A user's name has 1 to {_MAX_USER_ID_LENGTH} characters, all of them visible."
            )
        secret = KEY_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        key = ApiKey(uuid4(), user_id.strip(), self._clock(), None)
        with self._database.write() as connection:
            connection.execute(
                sa.insert(API_KEYS).values(
                    id=key.id,
                    user_id=key.user_id,
                    key_hash=_hash_of(secret),
                    created_at=key.created_at,
                )
            )
        return key, secret

    def all(self) -> list[ApiKey]:
        """Every key, the oldest first, revoked ones included."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(API_KEYS).order_by(API_KEYS.c.created_at, API_KEYS.c.id)
            )
            return [_to_key(row) for row in rows]

    def revoke(self, key_id: UUID) -> ApiKey:
        """Make a key worthless from now on; a second call changes nothing.

        Raises:
            KeyNotFoundError: there is none of that id.
        """
        of_key = API_KEYS.c.id == key_id
        with self._database.write() as connection:
            connection.execute(
                sa.update(API_KEYS)
                .where(of_key, API_KEYS.c.revoked_at.is_(None))
                .values(revoked_at=self._clock())
            )
            row = connection.execute(sa.select(API_KEYS).where(of_key)).one_or_none()
            if row is None:
                raise KeyNotFoundError(f"No API key has the id {key_id}.")
            return _to_key(row)

    def find(self, secret: str) -> ApiKey | None:
        """The key that this is, unless it was revoked."""
        if not _KEY.fullmatch(secret):
            return None
        key_hash = _hash_of(secret)
        row = self._valid_row(API_KEYS.c.key_hash == key_hash)
        # The index compares as fast as it can; what decides is compared in constant time.
        if row is None or not hmac.compare_digest(row.key_hash, key_hash):
            return None
        return _to_key(row)

    def get(self, key_id: UUID) -> ApiKey | None:
        """The key of that id, unless it was revoked."""
        row = self._valid_row(API_KEYS.c.id == key_id)
        return None if row is None else _to_key(row)

    def signing_secret(self) -> bytes:
        """256 bits that sign tokens, made on first use; the same for all servers on a database."""
        with self._database.read() as connection:
            kept = connection.execute(sa.select(SIGNING_SECRET.c.secret)).scalar_one_or_none()
        return self._make_signing_secret() if kept is None else bytes(kept)

    def _make_signing_secret(self) -> bytes:
        with self._database.write_alone() as connection:
            kept = connection.execute(sa.select(SIGNING_SECRET.c.secret)).scalar_one_or_none()
            if kept is not None:
                return bytes(kept)  # another server was faster
            secret = secrets.token_bytes(_SECRET_BYTES)
            connection.execute(
                sa.insert(SIGNING_SECRET).values(
                    number=_ONLY_ROW, secret=secret, created_at=self._clock()
                )
            )
            return secret

    def _valid_row(self, condition: sa.ColumnElement[bool]) -> TableRow | None:
        with self._database.read() as connection:
            return connection.execute(
                sa.select(API_KEYS).where(condition, API_KEYS.c.revoked_at.is_(None))
            ).one_or_none()


def _hash_of(secret: str) -> str:
    """Plain SHA-256 is enough for a random secret of this length."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _to_key(row: TableRow) -> ApiKey:
    return ApiKey(row.id, row.user_id, row.created_at, row.revoked_at)
