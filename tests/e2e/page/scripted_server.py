"""A server that plays the wire protocol by script, for states that a real one cannot be put into.

It serves the page as the real server does (same addresses, same headers) and keeps every chunk and
control event that a client sends. What it says is set by the test. It transcribes nothing.
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

import vivavoz
from tests.e2e.page.scripted_files import ScriptedFiles
from tests.e2e.page.scripted_history import ScriptedHistory

WEB = Path(vivavoz.__file__).parent / "web"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "media-src 'self' blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
}
BUILT_IN = {
    "name": "pocketsphinx",
    "model": "en-us",
    "device": "cpu",
    "languages": ["en"],
    "detects_language": False,
    "fallback_reason": None,
}
WHISPER = {
    "name": "whisper",
    "model": "base",
    "device": "cpu",
    "languages": ["en", "es", "fr", "de", "it", "pt"],
    "detects_language": True,
    "fallback_reason": None,
}
_FIRST_CLOSE_CODE = 1000


class ScriptedServer:
    """One server; set its fields to choose what it says.

    ``refusal`` is an HTTP status for a server that is away, or a close code for every connection;
    ``chunks`` holds the audio by sequence number, ``events`` the control events as they came,
    ``history`` what was dictated before; ``files``, if set, answers those that are sent.
    """

    def __init__(self) -> None:
        self.url = ""
        self.status: dict[str, Any] = ready(WHISPER)
        self.limits: dict[str, Any] = {
            "duration_limit": 3600,
            "max_chunk_bytes": 1_048_576,
            "max_chunks": 180_000,
            "max_unacknowledged_chunks": 64,
            "resume_window_s": 300.0,
            "latency_warning_ms": 3000,
        }
        self.history = ScriptedHistory()
        self.files: ScriptedFiles | None = None
        self.chunks: dict[int, bytes] = {}
        self.duplicates = 0
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.connections: list[dict[str, str]] = []
        self.session_status = "connected"
        self.session_id = str(uuid4())
        self.epoch = "first"
        self.confirmed: list[str] = []
        self.durable = 0
        self.resume_from: int | None = None
        self.refusal: int | None = None
        self.is_silent = False
        self.acknowledges = True
        self.asks_for_key = False
        self.heard: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self._sockets: set[web.WebSocketResponse] = set()
        self._closing = asyncio.Lock()

    # --- what a test does -------------------------------------------------------------------------

    @property
    def received(self) -> int:
        """All chunks up to this one are here."""
        number = 0
        while number + 1 in self.chunks:
            number += 1
        return number

    async def say(self, event: str, **data: Any) -> None:
        """Send one event to every client."""
        for socket in list(self._sockets):
            await socket.send_json({"event": event, "data": data})

    async def say_status(self, status: str) -> None:
        """Move the session."""
        previous, self.session_status = self.session_status, status
        await self.say("status", session_id=self.session_id, status=status, previous=previous)

    async def partial(self, text: str, stable: str = "", at_s: float = 0.0) -> None:
        """Send a partial result."""
        await self.say("transcription_partial", **self._result(text, "partial", at_s, stable))

    async def final(self, text: str, at_s: float = 0.0, until_s: float | None = None) -> None:
        """Send a final result."""
        self.confirmed.append(text)
        await self.say("transcription_final", **self._result(text, "final", at_s, None, until_s))

    async def metrics(self, latency_ms: float) -> None:
        """Send one measurement."""
        await self.say("metrics", latency_ms=latency_ms, audio_quality_score=0.93)

    async def complete(self, reason: str = "stopped", *, saved: bool = True) -> None:
        """End the session."""
        await self.say_status("completed")
        await self.say(
            "session_completed",
            session_id=self.session_id,
            transcript_id=str(uuid4()) if saved else None,
            saved=saved,
            reason=reason,
            confirmed_text=" ".join(self.confirmed),
            duration_s=1.0,
            audio_chunks_received=len(self.chunks),
        )
        await self.drop(1000)

    async def fail(self, code: str, close_code: int | None = None, **details: Any) -> None:
        """Report an error; with a close code the connection ends."""
        error = {
            "code": code,
            "message": "As scripted.",
            "details": details,
            "timestamp": datetime.now(UTC).isoformat(),
            "request_id": "scripted",
            "recoverable": close_code is None,
        }
        await self.say("error", error=error)
        if close_code is not None:
            await self.drop(close_code)

    def hear(self, text: str, at_s: float) -> None:
        """Say this, half a second a word, to a recording that is uploaded."""
        spoken = text.split()
        words = [
            {"text": word, "start": at_s + index / 2, "end": at_s + index / 2 + 0.5}
            for index, word in enumerate(spoken)
        ]
        result = self._result(text, "final", at_s, None, at_s + len(spoken) / 2)
        self.heard.append(result | {"words": words})

    async def drop(self, code: int = 1011) -> None:
        """Close every connection."""
        async with self._closing:
            for socket in list(self._sockets):
                await socket.close(code=code)

    # --- what a client meets ----------------------------------------------------------------------

    def _absence(self) -> web.Response | None:
        if self.refusal is None or self.refusal >= _FIRST_CLOSE_CODE:
            return None
        return web.Response(status=self.refusal)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if absence := self._absence():
            return absence
        socket = web.WebSocketResponse(max_msg_size=2**21)
        await socket.prepare(request)
        self.connections.append(dict(request.query))
        if self.refusal is not None:
            await socket.close(code=self.refusal)
            return socket
        self._sockets.add(socket)
        try:
            await self._greet(socket, is_resuming="resume_token" in request.query)
            async for message in socket:
                if message.type is WSMsgType.BINARY:
                    await self._take_chunk(socket, message.data)
                elif message.type is WSMsgType.TEXT and not self.is_silent:
                    await self._take_event(socket, message.json())
        finally:
            async with self._closing:  # or the connection would end before its close code is sent
                self._sockets.discard(socket)
        return socket

    async def _greet(self, socket: web.WebSocketResponse, *, is_resuming: bool) -> None:
        data: dict[str, Any] = {
            "session_id": self.session_id,
            "status": self.session_status,
            "epoch": self.epoch,
            "engine": self.status["engine"],
            "limits": self.limits,
        }
        if is_resuming:
            first = self.resume_from if self.resume_from is not None else self.received + 1
            data |= {
                "next_sequence_number": first,
                "received_sequence_number": self.received,
                "durable_sequence_number": self.durable,
                "confirmed_text": " ".join(self.confirmed),
                "partial_text": "",
            }
            await socket.send_json({"event": "session_resumed", "data": data})
        else:
            data |= {"start_time": datetime.now(UTC).isoformat(), "resume_token": "secret"}
            await socket.send_json({"event": "session_created", "data": data})

    async def _take_chunk(self, socket: web.WebSocketResponse, frame: bytes) -> None:
        number, _captured_at_ms = struct.unpack_from(">Id", frame)
        self.duplicates += number in self.chunks
        self.chunks[number] = frame[12:]
        if self.acknowledges and not self.is_silent:
            await socket.send_json({"event": "ack", "data": self._ack()})

    def _ack(self) -> dict[str, int]:
        return {
            "received_sequence_number": self.received,
            "durable_sequence_number": self.durable,
            "queue_size": 0,
        }

    async def _take_event(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        name, data = message["event"], message["data"]
        if name == "ping":
            await socket.send_json({"event": "pong", "data": data})
            return
        self.events.append((name, data))
        status = {
            "start_recording": "recording",
            "pause_recording": "paused",
            "resume_recording": "recording",
            "stop_recording": "finalizing",
        }[name]
        await self.say_status(status)

    def _result(
        self,
        text: str,
        result_type: str,
        start_s: float,
        stable: str | None,
        end_s: float | None = None,
    ) -> dict[str, Any]:
        return {
            "result_id": str(uuid4()),
            "session_id": self.session_id,
            "sequence_number": self.received,
            "result_type": result_type,
            "text_content": text,
            "stable_text": stable,
            "confidence": 0.9,
            "start_time": start_s,
            "end_time": start_s + 1.0 if end_s is None else end_s,
            "language": "en",
            "processing_time_ms": 12.0,
            "created_at": datetime.now(UTC).isoformat(),
            "words": [],
        }

    # --- REST -------------------------------------------------------------------------------------

    async def _page(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(WEB / "index.html")

    async def _empty_page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Modules</title>", content_type="text/html")

    async def _who_is_there(self, _request: web.Request) -> web.Response:
        return web.json_response({"required": self.asks_for_key, "user_id": None})

    async def _sign_in(self, request: web.Request) -> web.Response:
        if "wrong" in await request.text():
            return web.json_response({"error": {"code": "UNAUTHORIZED"}}, status=401)
        return web.json_response({"user_id": "ana", "expires_in_s": 3600})

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        if self.files is not None:
            return await self.files.answer(request)
        form = await request.post()
        recording = form["file"]
        assert isinstance(recording, web.FileField)
        self.uploads.append(recording.file.read())
        if not self.heard:
            return web.json_response({"error": {"code": "INVALID_FORMAT"}}, status=422)
        messages = [{"type": "transcript.text.delta", "result": heard} for heard in self.heard]
        done = {"type": "transcript.text.done", "transcript_id": str(uuid4())}
        lines = [f"data: {json.dumps(message)}\n\n" for message in [*messages, done]]
        return web.Response(text="".join(lines), content_type="text/event-stream")

    async def _status(self, _request: web.Request) -> web.Response:
        if absence := self._absence():
            return absence
        return web.json_response(self.status)

    @asynccontextmanager
    async def running(
        self, modules: Path | None = None, prefix: str = "/"
    ) -> AsyncIterator["ScriptedServer"]:
        """Serve on a free port; ``modules``: a folder that is served under ``/modules``,
        ``prefix``: the path that a reverse proxy would put before all addresses."""
        application = web.Application()
        application.on_response_prepare.append(_add_headers)
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/empty", self._empty_page),
                web.get("/ws", self._connect),
                web.get("/api/streaming/status", self._status),
                web.get("/api/auth", self._who_is_there),
                web.post("/api/auth/session", self._sign_in),
                web.post("/api/auth/refresh", self._sign_in),
                web.post("/v1/audio/transcriptions", self._transcribe),
                *self.history.routes,
                web.static("/static", WEB),
            ]
        )
        if modules is not None:
            application.add_routes([web.static("/modules", modules)])
        if prefix != "/":
            inner, application = application, web.Application()
            application.add_subapp(prefix, inner)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}{prefix}"
        try:
            yield self
        finally:
            await self.drop()
            await runner.cleanup()
            await asyncio.sleep(0)


def ready(engine: dict[str, Any]) -> dict[str, Any]:
    """The status of a server whose engine is ready."""
    return {
        "status": "ready",
        "engine": engine,
        "progress": None,
        "error": None,
        "sessions": 0,
        "version": "0",
    }


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
