"""The transcription of files by script."""

import asyncio
import json
from typing import Any

from aiohttp import web

_INTERVAL_S = 0.02


class ScriptedFiles:
    """``events`` is what the next file is answered, one by one as they are put in; a number is an
    HTTP status, answered at once. ``forms`` holds the fields of the files that came, ``cancelled``
    how many were given up by the page.
    """

    def __init__(self) -> None:
        self.events: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue()
        self.forms: list[dict[str, Any]] = []
        self.cancelled = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a file and answer it."""
        form = await request.post()
        fields: dict[str, Any] = {}
        for name, value in form.items():
            fields[name] = value.filename if isinstance(value, web.FileField) else value
            if isinstance(value, web.FileField):
                value.file.close()
        self.forms.append(fields)
        try:
            return await self._send(request)
        except ConnectionError:
            self.cancelled += 1
            raise

    async def _send(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        while isinstance(event := await self._next(request), dict):
            if not response.prepared:
                await response.prepare(request)
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
            if event["type"] in {"transcript.text.done", "error"}:
                return response
        return web.Response(status=event)

    async def _next(self, request: web.Request) -> dict[str, Any] | int:
        while self.events.empty():
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError
            await asyncio.sleep(_INTERVAL_S)
        return self.events.get_nowait()
