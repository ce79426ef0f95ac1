"""One suite for the store of API keys, over SQLite and over a real PostgreSQL."""

import hashlib
import hmac
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.contract.older_versions import downgrade
from vivavoz.errors import InvalidMessageError, KeyNotFoundError
from vivavoz.history.database import Database
from vivavoz.history.keys import KEY_PREFIX, KeyStore
from vivavoz.history.tables import API_KEYS

MORNING = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def keys(database: Database, clock: Clock) -> KeyStore:
    return KeyStore(database, clock)


def test_a_key_opens_and_tells_whose_it_is(keys: KeyStore) -> None:
    key, secret = keys.add("ana")
    assert (key.user_id, key.created_at, key.revoked_at) == ("ana", MORNING, None)
    assert keys.find(secret) == key
    assert keys.get(key.id) == key


def test_a_key_has_256_random_bits_and_its_prefix(keys: KeyStore) -> None:
    secrets = {keys.add("ana")[1] for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {len(KEY_PREFIX) + 43}  # 43 * 6 bits >= 256
    assert all(secret.startswith("vv_") for secret in secrets)


def test_only_a_hash_is_kept(keys: KeyStore, database: Database) -> None:
    _, secret = keys.add("ana")
    with database.read() as connection:
        row = connection.execute(sa.select(API_KEYS)).one()
    assert row.key_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.removeprefix(KEY_PREFIX) not in repr(tuple(row))


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        lambda secret: secret.swapcase(),
        lambda secret: secret + " ",
        lambda secret: secret + "\n",
        lambda secret: secret.removeprefix(KEY_PREFIX),
        lambda _: KEY_PREFIX + "A" * 43,
        lambda _: KEY_PREFIX + "\ud800" * 43,
        lambda _: "",
        lambda _: "' OR 1=1 --",
    ],
)
def test_a_wrong_key_opens_nothing(keys: KeyStore, change: object) -> None:
    _, secret = keys.add("ana")
    assert callable(change)
    assert keys.find(change(secret)) is None


def test_keys_are_compared_in_constant_time(
    keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = keys.add("ana")
    compared: list[tuple[str, str]] = []

    def refuse(kept: str, shown: str) -> bool:
        compared.append((kept, shown))
        return False

    monkeypatch.setattr(hmac, "compare_digest", refuse)
    assert keys.find(secret) is None
    assert compared == [(hashlib.sha256(secret.encode()).hexdigest(),) * 2]


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(keys: KeyStore, clock: Clock) -> None:
    key, secret = keys.add("ana")
    other, other_secret = keys.add("ana")
    clock.now += timedelta(days=1)
    assert keys.revoke(key.id).revoked_at == clock.now
    assert keys.find(secret) is None
    assert keys.get(key.id) is None
    assert keys.find(other_secret) == other
    assert {known.id: known.revoked_at for known in keys.all()} == {
        key.id: clock.now,
        other.id: None,
    }


def test_a_key_is_revoked_once(keys: KeyStore, clock: Clock) -> None:
    key, _ = keys.add("ana")
    first = keys.revoke(key.id)
    clock.now += timedelta(days=1)
    assert keys.revoke(key.id) == first


def test_an_unknown_key_cannot_be_revoked(keys: KeyStore) -> None:
    with pytest.raises(KeyNotFoundError, match="No API key has the id"):
        keys.revoke(uuid4())
    assert keys.get(uuid4()) is None


def test_the_list_begins_with_the_oldest(keys: KeyStore, clock: Clock) -> None:
    for user in ("ana", "berta", "ana"):
        keys.add(user)
        clock.now += timedelta(minutes=1)
    assert [key.user_id for key in keys.all()] == ["ana", "berta", "ana"]


@pytest.mark.parametrize("name", ["", "  ", "ana\n", "a\x00", "\u202eana", "x" * 129, "\ud800"])
def test_nobody_can_be_called_so(keys: KeyStore, name: str) -> None:
    with pytest.raises(InvalidMessageError, match="1 to 128 characters"):
        keys.add(name)
    assert keys.all() == []


@pytest.mark.parametrize("name", ["ana", "Ana María Ñ", "ana@example.org", "李", "x" * 128])
def test_names_of_all_kinds(keys: KeyStore, name: str) -> None:
    _, secret = keys.add(f" {name} ")
    found = keys.find(secret)
    assert found is not None
    assert found.user_id == name


def test_the_signing_secret_is_made_once_for_all_servers(url: str) -> None:
    def open_and_read(_: int) -> bytes:
        database = Database(url, lock_timeout_s=10)
        try:
            return KeyStore(database).signing_secret()
        finally:
            database.close()

    with ThreadPoolExecutor(6) as pool:
        secrets = list(pool.map(open_and_read, range(6)))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) * 8 == 256
    assert open_and_read(0) == secrets[0]


def test_a_database_from_before_keys_gets_them(url: str) -> None:
    older = Database(url)
    downgrade(older, "0001")
    with older.read() as connection:
        assert not sa.inspect(connection).has_table(API_KEYS.name)
    older.close()
    database = Database(url)
    keys = KeyStore(database)
    key, secret = keys.add("ana")
    assert keys.find(secret) == key
    assert len(keys.signing_secret()) == 32
    database.close()
