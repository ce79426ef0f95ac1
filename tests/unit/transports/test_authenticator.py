"""Keys and tokens, with time as the test wants it."""

import threading
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.transports.conftest import MovableClock
from vivavoz.errors import ClientError, UnauthorizedError
from vivavoz.history.database import Database
from vivavoz.history.keys import ApiKey, KeyStore
from vivavoz.transports.authenticator import KEY_CACHE_S, TOKEN_LIFETIME, Authenticator

TTL_S = 900.0
DAY_S = TOKEN_LIFETIME.total_seconds()


def authenticator_over(keys: KeyStore, clock: MovableClock) -> Authenticator:
    return Authenticator(keys, clock, token_ttl_s=TTL_S, required=True)


@pytest.fixture
def authenticator(keys: KeyStore, clock: MovableClock) -> Authenticator:
    return authenticator_over(keys, clock)


async def test_a_key_tells_whose_it_is(keys: KeyStore, authenticator: Authenticator) -> None:
    _, ana = keys.add("ana")
    _, berta = keys.add("berta")
    assert await authenticator.user_of(ana) == "ana"
    assert await authenticator.user_of(berta) == "berta"


async def test_a_token_stands_for_its_key(keys: KeyStore, authenticator: Authenticator) -> None:
    _, secret = keys.add("ana")
    token = await authenticator.issue(secret)
    assert (token.user_id, token.expires_in_s) == ("ana", TTL_S)
    assert await authenticator.user_of(token.text) == "ana"
    assert secret not in token.text
    assert "ana" not in token.text


async def test_nothing_opens_nothing(authenticator: Authenticator) -> None:
    with pytest.raises(UnauthorizedError, match="asks for an API key"):
        await authenticator.user_of(None)


@pytest.mark.parametrize(
    "credential", ["", "x", "vv_", "vv_" + "A" * 43, "a.b", "ñ", "\ud800", "vv_\ud800"]
)
async def test_a_wrong_credential_opens_nothing(
    authenticator: Authenticator, credential: str
) -> None:
    with pytest.raises(UnauthorizedError):
        await authenticator.user_of(credential)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=600) | st.text("abcdefABC012-_.", max_size=200).map("vv_{}".format))
async def test_whatever_is_shown_it_opens_nothing(
    authenticator: Authenticator, credential: str
) -> None:
    with pytest.raises(UnauthorizedError):
        await authenticator.user_of(credential)


async def test_a_token_that_was_tampered_with_opens_nothing(
    keys: KeyStore, authenticator: Authenticator
) -> None:
    token = (await authenticator.issue(keys.add("ana")[1])).text
    for position, letter in enumerate(token[:-1]):  # the last letter has bits to spare
        changed = token[:position] + ("A" if letter != "A" else "B") + token[position + 1 :]
        with pytest.raises(UnauthorizedError):
            await authenticator.user_of(changed)


async def test_a_token_of_another_server_opens_nothing(
    keys: KeyStore, authenticator: Authenticator, clock: MovableClock, tmp_path: Path
) -> None:
    elsewhere = Database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    other_keys = KeyStore(elsewhere)
    token = await authenticator_over(other_keys, clock).issue(other_keys.add("ana")[1])
    keys.add("ana")
    with pytest.raises(UnauthorizedError):
        await authenticator.user_of(token.text)
    elsewhere.close()


async def test_servers_on_one_database_take_each_others_tokens(
    keys: KeyStore, authenticator: Authenticator, clock: MovableClock
) -> None:
    token = await authenticator.issue(keys.add("ana")[1])
    assert await authenticator_over(keys, clock).user_of(token.text) == "ana"


async def test_a_token_expires(
    keys: KeyStore, authenticator: Authenticator, clock: MovableClock
) -> None:
    token = (await authenticator.issue(keys.add("ana")[1])).text
    clock.move(TTL_S - 0.001)
    assert await authenticator.user_of(token) == "ana"
    clock.move(0.001)
    with pytest.raises(UnauthorizedError, match="has expired"):
        await authenticator.user_of(token)
    with pytest.raises(UnauthorizedError, match="has expired"):
        await authenticator.renew(token)


async def test_a_token_is_renewed_for_a_day_and_no_longer(
    keys: KeyStore, authenticator: Authenticator, clock: MovableClock
) -> None:
    token = await authenticator.issue(keys.add("ana")[1])
    for _ in range(round(2 * DAY_S / TTL_S) - 1):
        clock.move(TTL_S / 2)
        assert token.expires_in_s == TTL_S
        token = await authenticator.renew(token.text)
    assert token.expires_in_s == TTL_S / 2  # the last of the day
    assert DAY_S == 24 * 60 * 60
    clock.move(TTL_S / 2)
    with pytest.raises(UnauthorizedError):
        await authenticator.renew(token.text)


async def test_a_revoked_key_and_its_tokens_open_nothing_within_ten_seconds(
    keys: KeyStore, authenticator: Authenticator, clock: MovableClock
) -> None:
    key, secret = keys.add("ana")
    token = (await authenticator.issue(secret)).text
    assert await authenticator.user_of(token) == "ana"
    keys.revoke(key.id)
    assert KEY_CACHE_S == 10
    clock.move(KEY_CACHE_S)
    for credential in (secret, token):
        with pytest.raises(UnauthorizedError, match="unknown or was revoked"):
            await authenticator.user_of(credential)
    for refused in (authenticator.issue(secret), authenticator.renew(token)):
        with pytest.raises(UnauthorizedError):
            await refused


class WatchedKeys(KeyStore):
    """Counts lookups and notes on which threads they ran."""

    def __init__(self, keys: KeyStore) -> None:
        super().__init__(keys._database)
        self.threads: list[int] = []

    def find(self, secret: str) -> ApiKey | None:
        self.threads.append(threading.get_ident())
        return super().find(secret)

    def get(self, key_id: UUID) -> ApiKey | None:
        self.threads.append(threading.get_ident())
        return super().get(key_id)

    def signing_secret(self) -> bytes:
        self.threads.append(threading.get_ident())
        return super().signing_secret()


async def test_lookups_are_few_and_off_the_event_loop(keys: KeyStore, clock: MovableClock) -> None:
    watched = WatchedKeys(keys)
    authenticator = authenticator_over(watched, clock)
    _, secret = keys.add("ana")
    token = (await authenticator.issue(secret)).text
    for _ in range(5):
        await authenticator.user_of(secret)
        await authenticator.user_of(token)
        clock.move(1)
    assert len(watched.threads) == 3  # the key, the signing secret, the token's key
    assert threading.get_ident() not in watched.threads


class SlowKeys(KeyStore):
    """Takes so long to find a token's key."""

    def __init__(self, keys: KeyStore, clock: MovableClock, takes_s: float) -> None:
        super().__init__(keys._database)
        self._clock_to_move = clock
        self._takes_s = takes_s

    def get(self, key_id: UUID) -> ApiKey | None:
        self._clock_to_move.move(self._takes_s)
        return super().get(key_id)


async def test_a_day_that_ends_while_the_key_is_looked_up_is_over(
    keys: KeyStore, clock: MovableClock
) -> None:
    _, secret = keys.add("ana")
    token = await Authenticator(keys, clock, token_ttl_s=DAY_S, required=True).issue(secret)
    clock.move(DAY_S - 1)
    in_time = authenticator_over(SlowKeys(keys, clock, 0.75), clock)
    assert (await in_time.renew(token.text)).expires_in_s == 0.25
    too_late = authenticator_over(SlowKeys(keys, clock, 0.25), clock)
    with pytest.raises(UnauthorizedError, match="shown too long ago"):
        await too_late.renew(token.text)


async def test_wrong_keys_take_no_more_memory_than_so_much(
    keys: KeyStore, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoz.transports.authenticator._MAX_CACHED_KEYS", 3)
    _, secret = keys.add("ana")
    for number in range(10):
        with pytest.raises(UnauthorizedError):
            await authenticator.user_of(f"vv_{number:043}")
    assert len(authenticator._cache) == 3
    assert secret not in repr(authenticator._cache)
    assert await authenticator.user_of(secret) == "ana"


async def test_of_too_many_keys_the_one_looked_up_longest_ago_is_forgotten(
    keys: KeyStore, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoz.transports.authenticator._MAX_CACHED_KEYS", 2)
    watched = WatchedKeys(keys)
    authenticator = authenticator_over(watched, clock)
    ana, berta, carla = (keys.add(name)[1] for name in ("ana", "berta", "carla"))

    async def lookups_for(secret: str) -> int:
        before = len(watched.threads)
        await authenticator.user_of(secret)
        return len(watched.threads) - before

    assert [await lookups_for(secret) for secret in (ana, berta)] == [1, 1]
    clock.move(KEY_CACHE_S)
    assert [await lookups_for(secret) for secret in (ana, carla)] == [1, 1]
    assert [await lookups_for(secret) for secret in (carla, ana, berta)] == [0, 0, 1]


async def test_where_nobody_is_asked_everybody_is_nobody(
    keys: KeyStore, clock: MovableClock
) -> None:
    authenticator = Authenticator(keys, clock, token_ttl_s=TTL_S, required=False)
    assert await authenticator.user_of(None) is None
    assert await authenticator.user_of("anything") is None
    for refused in (authenticator.issue(keys.add("ana")[1]), authenticator.renew("anything")):
        with pytest.raises(ClientError, match="asks nobody"):
            await refused
