"""JSON bodies of bounded size."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from vivavoz.errors import ChunkTooLargeError

MAX_BODY_BYTES = 8_388_608


class BoundedRoute(APIRoute):
    """A route that stops reading a body which is larger than ``MAX_BODY_BYTES``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, behind the bound."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handle(Request(request.scope, _bounded(request.receive)))

        return bounded


def _bounded(receive: Receive) -> Receive:
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            # FastAPI answers 400 to any other exception in here
            raise HTTPException(
                ChunkTooLargeError.http_status,
                f"The request is over the limit of {MAX_BODY_BYTES} bytes; send less.",
            )
        return message

    return receive_bounded
