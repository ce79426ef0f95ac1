"""JSON bodies, read as strictly as the messages of a live session."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from vivavoz.errors import ClientError
from vivavoz.session import strict_json


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return strict_json.loads(await self.body())
        except ValueError as error:
            raise ClientError(f"The body {error}. Correct it and send the request again.") from None


class StrictRoute(APIRoute):
    """A route whose body, if it has one, is read by ``strict_json``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly
