"""One suite for both transports: who comes in where keys are asked for, and what he sees."""

from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import connect

from tests.contract.conftest import Stage, credentials
from tests.contract.users import assert_only_ana_sees, http_as
from tests.live.clients import Client
from vivavoz.history.keys import KeyStore
from vivavoz.session.events import SessionCompleted, SessionCreated, SessionResumed, StopRecording


async def session_of(stage: Stage, credential: str) -> Client:
    client = await stage.connect({"access_token": credential})
    await client.greeted()
    return client


async def dictated(stage: Stage, credential: str, chunks: list[bytes]) -> UUID:
    """A finished dictation; its id."""
    client = await session_of(stage, credential)
    await client.record(chunks)
    await client.send(StopRecording(last_sequence_number=len(chunks)))
    completed = await client.until(SessionCompleted)
    assert completed.transcript_id is not None
    return completed.transcript_id


def resuming(created: SessionCreated | None, credential: str) -> dict[str, str]:
    assert created is not None
    return {**credentials(created), "access_token": credential}


async def assert_refused(client: Client, code: str, close_code: int) -> None:
    await client.until_error(code)
    assert await client.until_closed() == close_code
    assert len(client.events) == 1


# --- who comes in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [None, "wrong", "vv_" + "A" * 43, ""])
async def test_without_a_valid_credential_nobody_comes_in(stage: Stage, shown: str | None) -> None:
    await stage.serve(auth=True)
    client = await stage.connect(None if shown is None else {"access_token": shown})
    await assert_refused(client, "UNAUTHORIZED", 4401)


async def test_a_key_and_a_token_come_in(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True)
    await session_of(stage, ana)
    async with http_as(server, ana) as http:
        token = (await http.post("/api/auth/token")).json()["token"]
    client = await session_of(stage, token)
    async with http_as(server, ana) as http:
        session = (await http.get(f"/api/streaming/sessions/{client.session_id}")).json()
    assert session["user_id"] == "ana"


async def test_a_revoked_key_stays_outside(stage: Stage, keys: KeyStore) -> None:
    key, secret = keys.add("ana")
    keys.revoke(key.id)
    await stage.serve(auth=True)
    await assert_refused(await stage.connect({"access_token": secret}), "UNAUTHORIZED", 4401)


async def test_an_expired_token_stays_outside(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True, token_ttl_s=0.001)
    async with http_as(server, ana) as http:
        token = (await http.post("/api/auth/token")).json()["token"]
    await assert_refused(await stage.connect({"access_token": token}), "UNAUTHORIZED", 4401)


async def test_the_header_and_the_cookie_come_in_too(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True)
    async with server.http() as http:
        signed_in = await http.post("/api/auth/session", json={"api_key": ana})
    cookie = signed_in.headers["Set-Cookie"].split(";")[0]
    for headers in ({"Authorization": f"Bearer {ana}"}, {"Cookie": cookie}):
        async with connect(
            f"ws://127.0.0.1:{server.port}/ws", additional_headers=headers, proxy=None
        ) as socket:
            assert "session_created" in str(await socket.recv())


async def test_a_foreign_page_gains_nothing_by_the_cookie(stage: Stage, ana: str) -> None:
    server = await stage.serve(auth=True)
    async with server.http() as http:
        await http.post("/api/auth/session", json={"api_key": ana})
        foreign = {"Origin": "https://elsewhere.example"}
        refused = await http.get("/api/history", headers=foreign)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ORIGIN_NOT_ALLOWED")


async def test_with_authentication_off_nothing_is_asked(stage: Stage, ana: str) -> None:
    server = await stage.serve()
    client = await stage.new_session()
    async with server.http() as http:
        assert (await http.get("/api/auth")).json() == {"required": False, "user_id": None}
        session = (await http.get(f"/api/streaming/sessions/{client.session_id}")).json()
        refused = await http.post("/api/auth/session", json={"api_key": ana})
    assert session["user_id"] is None
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "INVALID_REQUEST")


# --- whose session --------------------------------------------------------------------------------


async def test_another_users_live_session_is_as_good_as_none(
    stage: Stage, ana: str, berta: str
) -> None:
    server = await stage.serve(auth=True)
    client = await session_of(stage, ana)
    requests = [("GET", ""), ("GET", "/metrics"), ("POST", "/save"), ("DELETE", "")]
    async with http_as(server, berta) as http:
        for method, rest in requests:
            answers = [
                await http.request(method, f"/api/streaming/sessions/{session_id}{rest}")
                for session_id in (client.session_id, uuid4())
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            errors = [answer.json()["error"] for answer in answers]
            assert errors[0]["code"] == errors[1]["code"] == "SESSION_NOT_FOUND"
            assert errors[0]["message"] == errors[1]["message"]
    async with http_as(server, ana) as http:
        for method, rest in requests:
            answer = await http.request(
                method, f"/api/streaming/sessions/{client.session_id}{rest}"
            )
            assert answer.is_success


async def test_a_session_made_over_rest_is_its_makers(stage: Stage, ana: str, berta: str) -> None:
    server = await stage.serve(auth=True)
    async with http_as(server, ana) as http:
        made = (await http.post("/api/streaming/sessions", json={})).json()
    assert made["session"]["user_id"] == "ana"
    way_in = {"session_id": made["session"]["session_id"], "resume_token": made["resume_token"]}
    stranger = await stage.connect({**way_in, "access_token": berta})
    await assert_refused(stranger, "SESSION_NOT_FOUND", 4404)
    owner = await stage.connect({**way_in, "access_token": ana})
    assert str((await owner.greeted()).session_id) == way_in["session_id"]


async def test_nobody_resumes_anothers_session_even_with_its_token(
    stage: Stage, ana: str, berta: str
) -> None:
    await stage.serve(auth=True)
    client = await session_of(stage, ana)
    await client.drop()
    stranger = await stage.connect(resuming(client.created, berta))
    await assert_refused(stranger, "SESSION_NOT_FOUND", 4404)
    nobody = await stage.connect(credentials(client.created) if client.created else None)
    await assert_refused(nobody, "UNAUTHORIZED", 4401)
    owner = await stage.connect(resuming(client.created, ana))
    assert (await owner.welcomed_back()).session_id == client.session_id


async def test_nobody_resumes_anothers_session_after_a_restart(
    stage: Stage, ana: str, berta: str, sentence: list[bytes]
) -> None:
    await stage.serve(auth=True)
    client = await session_of(stage, ana)
    await client.record(sentence[:4])
    await client.until_received(4)
    await stage.stop()
    server = await stage.serve(auth=True)
    stranger = await stage.connect(resuming(client.created, berta))
    await assert_refused(stranger, "SESSION_NOT_FOUND", 4404)
    owner = await stage.connect(resuming(client.created, ana))
    assert (await owner.until(SessionResumed)).session_id == client.session_id
    async with http_as(server, ana) as http:
        session = (await http.get(f"/api/streaming/sessions/{client.session_id}")).json()
    assert session["user_id"] == "ana"


async def test_how_anothers_session_ended_is_not_told(
    stage: Stage, ana: str, berta: str, sentence: list[bytes]
) -> None:
    await stage.serve(auth=True)
    client = await session_of(stage, ana)
    await client.record(sentence)
    await client.send(StopRecording(last_sequence_number=len(sentence)))
    completed = await client.until(SessionCompleted)
    assert await client.until_closed() == 1000
    stranger = await stage.connect(resuming(client.created, berta))
    await assert_refused(stranger, "SESSION_NOT_FOUND", 4404)
    owner = await stage.connect(resuming(client.created, ana))
    assert await owner.until(SessionCompleted) == completed


# --- whose history --------------------------------------------------------------------------------


async def test_a_dictation_is_in_its_speakers_history_only(
    stage: Stage, ana: str, berta: str, sentence: list[bytes]
) -> None:
    server = await stage.serve(auth=True)
    transcript_id = await dictated(stage, ana, sentence)
    await assert_only_ana_sees(server, transcript_id, ana, berta)


async def test_what_was_said_while_nobody_was_asked_is_nobodys(
    stage: Stage, ana: str, sentence: list[bytes]
) -> None:
    await stage.serve()
    await dictated(stage, "", sentence)
    await stage.stop()
    server = await stage.serve(auth=True)
    async with http_as(server, ana) as http:
        assert (await http.get("/api/history")).json()["total"] == 0
