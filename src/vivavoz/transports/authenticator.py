"""Who a client is, by its key or by a signed token. Knows nothing of any wire."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from anyio import to_thread
from itsdangerous import BadData, URLSafeSerializer

from vivavoz.errors import ClientError, UnauthorizedError
from vivavoz.history.keys import KEY_PREFIX, ApiKey, KeyStore
from vivavoz.runtime.clock import Clock

TOKEN_LIFETIME = timedelta(hours=24)
"""How long after the key was shown its tokens may be renewed."""

KEY_CACHE_S = 10.0
"""How long a key that was looked up is taken at its word; after that a revocation is seen."""

_MAX_TOKEN_LENGTH = 512
_MAX_CACHED_KEYS = 1024
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Token:
    """A signed token, as it is handed out."""

    text: str
    user_id: str
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class _Claims:
    """What a token says: whose key was shown, when, and until when the token is good."""

    key_id: UUID
    presented_at: datetime
    expires_at: datetime


class Authenticator:
    """Checks keys and tokens, and makes tokens. Belongs to one event loop.

    Every method raises ``StorageFailedError`` when the database refuses.

    Args:
        keys: looked up in threads.
        clock: tells when tokens and cached keys are too old.
        token_ttl_s: see the setting.
        required: whether anybody is asked at all; if not, every client is let in.
    """

    def __init__(self, keys: KeyStore, clock: Clock, *, token_ttl_s: float, required: bool) -> None:
        self.required = required
        self._keys = keys
        self._clock = clock
        self._ttl = timedelta(seconds=token_ttl_s)
        self._signer: URLSafeSerializer | None = None
        self._cache: OrderedDict[str | UUID, tuple[float, ApiKey | None]] = OrderedDict()

    async def user_of(self, credential: str | None) -> str | None:
        """Whose key or token this is; none if nobody is asked.

        Raises:
            UnauthorizedError: it is missing, wrong, expired or revoked.
        """
        if not self.required:
            return None
        if credential is None:
            raise UnauthorizedError(
                "This server asks for an API key: send it as `Authorization: Bearer KEY`, or sign "
                "in on its page. `vivavoz keys add NAME` makes one."
            )
        if is_key(credential):
            return (await self._key_of(credential)).user_id
        return (await self._owner_of(await self._claims_of(credential))).user_id

    async def issue(self, secret: str) -> Token:
        """A first token for whoever shows a key.

        Raises:
            UnauthorizedError: the key is wrong or revoked.
            ClientError: nobody is asked for a key.
        """
        self._require_asking()
        return await self._sign(await self._key_of(secret), self._clock.now().wall)

    async def renew(self, token: str | None) -> Token:
        """A token in the place of one that is still good.

        Raises:
            UnauthorizedError: it is missing or not good, or the key was shown too long ago.
            ClientError: nobody is asked for a key.
        """
        self._require_asking()
        claims = await self._claims_of(token or "")
        return await self._sign(await self._owner_of(claims), claims.presented_at)

    def _require_asking(self) -> None:
        if not self.required:
            raise ClientError("This server asks nobody for a key: connect without one.")

    async def _sign(self, key: ApiKey, presented_at: datetime) -> Token:
        now = self._clock.now().wall
        expires_at = min(now + self._ttl, presented_at + TOKEN_LIFETIME)
        if expires_at <= now:
            raise UnauthorizedError("The key was shown too long ago: show it again.")
        content = [key.id.hex, presented_at.timestamp(), expires_at.timestamp()]
        text = (await self._signing()).dumps(content)
        return Token(str(text), key.user_id, (expires_at - now).total_seconds())

    async def _claims_of(self, token: str) -> _Claims:
        signer = await self._signing()
        now = self._clock.now().wall
        could_be_ours = len(token) <= _MAX_TOKEN_LENGTH and token.isascii()
        try:
            key_id, presented_at, expires_at = signer.loads(token if could_be_ours else "")
        except BadData:
            raise UnauthorizedError(
                "That is neither an API key nor a token of this server: show a key."
            ) from None
        claims = _Claims(UUID(key_id), *(_moment(at, now) for at in (presented_at, expires_at)))
        if claims.expires_at <= now:
            raise UnauthorizedError("The token has expired: show the key again.")
        return claims

    async def _key_of(self, secret: str) -> ApiKey:
        known_as = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
        return _valid(await self._cached(known_as, partial(self._keys.find, secret)))

    async def _owner_of(self, claims: _Claims) -> ApiKey:
        return _valid(await self._cached(claims.key_id, partial(self._keys.get, claims.key_id)))

    async def _cached(
        self, known_as: str | UUID, look_up: Callable[[], ApiKey | None]
    ) -> ApiKey | None:
        now_s = self._clock.now().monotonic_s
        looked_up_at_s, key = self._cache.get(known_as, (float("-inf"), None))
        if now_s - looked_up_at_s < KEY_CACHE_S:
            return key
        key = await _in_thread(look_up)
        self._cache[known_as] = now_s, key
        self._cache.move_to_end(known_as)
        if len(self._cache) > _MAX_CACHED_KEYS:
            self._cache.popitem(last=False)
        return key

    async def _signing(self) -> URLSafeSerializer:
        if self._signer is None:
            self._signer = URLSafeSerializer(
                await _in_thread(self._keys.signing_secret),
                salt="vivavoz-token",
                signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
            )
        return self._signer


def is_key(credential: str) -> bool:
    """Whether this would be a key, not a token."""
    return credential.startswith(KEY_PREFIX)


def _valid(key: ApiKey | None) -> ApiKey:
    if key is None:
        raise UnauthorizedError(
            "That API key is unknown or was revoked: `vivavoz keys add NAME` makes another."
        )
    return key


def _moment(timestamp: float, now: datetime) -> datetime:
    return datetime.fromtimestamp(timestamp, now.tzinfo)


async def _in_thread(call: Callable[[], _Result]) -> _Result:
    return await to_thread.run_sync(call)
