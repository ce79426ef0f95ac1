"""The routes under ``/api/auth`` and the gate, as a browser meets them, with time to order."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.unit.transports.conftest import MovableClock
from vivavoz.history.keys import KeyStore
from vivavoz.runtime.counters import Counters
from vivavoz.transports.auth import AuthGuard, UserId
from vivavoz.transports.authenticator import TOKEN_LIFETIME, Authenticator
from vivavoz.transports.responses import install_error_handlers
from vivavoz.transports.signing_in import auth_router

TTL_S = 900.0


@pytest.fixture
def app(keys: KeyStore, clock: MovableClock) -> AuthGuard:
    authenticator = Authenticator(keys, clock, token_ttl_s=TTL_S, required=True)
    app = FastAPI()
    app.include_router(auth_router(authenticator))
    install_error_handlers(app, Counters())

    @app.get("/mine")
    async def mine(user_id: UserId) -> dict[str, str | None]:
        return {"user_id": user_id}

    return AuthGuard(app, authenticator, Counters())


def browser_of(
    app: AuthGuard, base_url: str = "http://server", root_path: str = ""
) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, root_path=root_path)
    return httpx.AsyncClient(transport=transport, base_url=base_url)


@pytest.fixture
async def browser(app: AuthGuard) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app) as browser:
        yield browser


async def sign_in(browser: httpx.AsyncClient, secret: str) -> httpx.Response:
    return await browser.post("/api/auth/session", json={"api_key": secret})


def assert_unauthorized(answer: httpx.Response) -> None:
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "UNAUTHORIZED"


async def test_the_page_asks_signs_in_and_out(browser: httpx.AsyncClient, keys: KeyStore) -> None:
    assert (await browser.get("/api/auth")).json() == {"required": True, "user_id": None}
    assert_unauthorized(await browser.get("/mine"))
    signed_in = await sign_in(browser, keys.add("ana")[1])
    assert signed_in.json() == {"user_id": "ana", "expires_in_s": TTL_S}
    assert (await browser.get("/api/auth")).json() == {"required": True, "user_id": "ana"}
    assert (await browser.get("/mine")).json() == {"user_id": "ana"}
    assert (await browser.delete("/api/auth/session")).status_code == 204
    assert (await browser.get("/api/auth")).json() == {"required": True, "user_id": None}
    assert_unauthorized(await browser.get("/mine"))


async def test_signing_out_needs_no_credential(browser: httpx.AsyncClient) -> None:
    assert (await browser.delete("/api/auth/session")).status_code == 204


@pytest.mark.parametrize("shown", ["vv_" + "A" * 43, "", "x"])
async def test_a_wrong_key_signs_nobody_in(browser: httpx.AsyncClient, shown: str) -> None:
    refused = await sign_in(browser, shown)
    assert_unauthorized(refused)
    assert "Set-Cookie" not in refused.headers


@pytest.mark.parametrize("body", [{}, {"api_key": 1}, {"api_key": "x" * 129}, {"key": "vv_s3cret"}])
async def test_a_malformed_body_is_refused_without_repeating_it(
    browser: httpx.AsyncClient, body: dict[str, object]
) -> None:
    refused = await browser.post("/api/auth/session", json=body)
    assert refused.status_code == 422
    assert "s3cret" not in refused.text
    assert "xxx" not in refused.text


async def test_a_token_is_no_key(browser: httpx.AsyncClient, keys: KeyStore) -> None:
    await sign_in(browser, keys.add("ana")[1])
    token = browser.cookies["vivavoz_token"]
    assert_unauthorized(await sign_in(browser, token))
    refused = await browser.post("/api/auth/token", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("base_url", "root_path", "path", "secure"),
    [
        ("http://server", "", "/", False),
        ("https://server", "", "/", True),
        ("https://server", "/voice", "/voice", True),
    ],
)
async def test_the_cookie_is_kept_from_scripts_and_other_sites(
    app: AuthGuard, keys: KeyStore, base_url: str, root_path: str, path: str, secure: bool
) -> None:
    async with browser_of(app, base_url, root_path) as browser:
        address = f"{root_path}/api/auth/session"
        signed_in = await browser.post(address, json={"api_key": keys.add("ana")[1]})
        signed_out = await browser.delete(address)
    for answer in (signed_in, signed_out):
        name, *attributes = answer.headers["Set-Cookie"].split("; ")
        assert name.startswith("vivavoz_token=")
        assert "HttpOnly" in attributes
        assert "SameSite=strict" in attributes
        assert f"Path={path}" in attributes
        assert ("Secure" in attributes) == secure
    assert "Max-Age=900" in signed_in.headers["Set-Cookie"]
    assert "Max-Age=0" in signed_out.headers["Set-Cookie"]


async def test_a_cookie_is_renewed_until_the_day_is_over(
    browser: httpx.AsyncClient, keys: KeyStore, clock: MovableClock
) -> None:
    secret = keys.add("ana")[1]
    await sign_in(browser, secret)
    token = browser.cookies["vivavoz_token"]
    for _ in range(round(2 * TOKEN_LIFETIME.total_seconds() / TTL_S) - 1):
        clock.move(TTL_S / 2)
        browser.cookies.set("vivavoz_token", token)  # the jar goes by the real clock
        renewed = await browser.post("/api/auth/refresh")
        assert renewed.json()["user_id"] == "ana"
        token = renewed.cookies["vivavoz_token"]
    clock.move(TTL_S / 2)
    browser.cookies.set("vivavoz_token", token)
    assert_unauthorized(await browser.post("/api/auth/refresh"))
    assert (await sign_in(browser, secret)).status_code == 200


async def test_an_expired_cookie_opens_nothing(
    browser: httpx.AsyncClient, keys: KeyStore, clock: MovableClock
) -> None:
    await sign_in(browser, keys.add("ana")[1])
    clock.move(TTL_S)
    assert_unauthorized(await browser.get("/mine"))
    assert_unauthorized(await browser.post("/api/auth/refresh"))
    assert (await browser.get("/api/auth")).json() == {"required": True, "user_id": None}


async def test_only_a_cookie_is_refreshed(browser: httpx.AsyncClient, keys: KeyStore) -> None:
    bearer = {"Authorization": f"Bearer {keys.add('ana')[1]}"}
    assert_unauthorized(await browser.post("/api/auth/refresh", headers=bearer))


async def test_a_key_is_turned_into_a_token_for_another_client(
    browser: httpx.AsyncClient, keys: KeyStore
) -> None:
    bearer = {"Authorization": f"bearer {keys.add('ana')[1]}"}
    issued = await browser.post("/api/auth/token", headers=bearer)
    assert issued.headers["Cache-Control"] == "no-store"
    assert issued.json()["expires_in_s"] == TTL_S
    bearer = {"Authorization": f"Bearer {issued.json()['token']}"}
    assert (await browser.get("/mine", headers=bearer)).json() == {"user_id": "ana"}


async def test_what_is_shown_on_purpose_comes_before_the_cookie(
    browser: httpx.AsyncClient, keys: KeyStore
) -> None:
    await sign_in(browser, keys.add("ana")[1])
    berta = {"Authorization": f"Bearer {keys.add('berta')[1]}"}
    assert (await browser.get("/mine", headers=berta)).json() == {"user_id": "berta"}
    assert_unauthorized(await browser.get("/mine", headers={"Authorization": "Bearer wrong"}))
    proxys_own = {"Authorization": "Basic YW5hOmFuYQ=="}
    assert (await browser.get("/mine", headers=proxys_own)).json() == {"user_id": "ana"}


async def test_a_query_opens_no_rest_route(browser: httpx.AsyncClient, keys: KeyStore) -> None:
    secret = keys.add("ana")[1]
    assert_unauthorized(await browser.get("/mine", params={"access_token": secret}))


async def test_a_route_without_a_gate_shows_nothing() -> None:
    app = FastAPI()

    @app.get("/mine")
    async def mine(user_id: UserId) -> str:
        return f"the history of {user_id}"

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as browser:
        assert (await browser.get("/mine")).status_code == 500


async def test_a_database_that_is_away_is_the_servers_fault(
    browser: httpx.AsyncClient, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = keys.add("ana")
    with keys._database.write() as connection:
        connection.exec_driver_sql("DROP TABLE api_keys")
    answer = await browser.get("/mine", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "STORAGE_FAILED")
    assert secret not in answer.text


async def test_the_api_says_how_to_show_a_key(browser: httpx.AsyncClient) -> None:
    described = (await browser.get("/openapi.json")).json()
    (scheme,) = described["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert described["paths"]["/mine"]["get"]["security"]


async def test_who_is_refused_is_counted(keys: KeyStore, clock: MovableClock) -> None:
    counters = Counters()
    authenticator = Authenticator(keys, clock, token_ttl_s=TTL_S, required=True)
    async with browser_of(AuthGuard(FastAPI(), authenticator, counters)) as browser:
        assert (await browser.get("/mine")).status_code == 401
    told = counters.registry.get_sample_value("vivavoz_errors_total", {"code": "UNAUTHORIZED"})
    assert told == 1
