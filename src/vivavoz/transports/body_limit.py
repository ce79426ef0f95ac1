"""How much a request may carry, before anybody reads it whole."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vivavoz.errors import ChunkTooLargeError

MAX_BODY_BYTES = 8_388_608


class BodyLimit:
    """ASGI middleware that stops request bodies beyond ``MAX_BODY_BYTES``.

    Args:
        app: what it stands before.
        except_path: the path that bounds its own bodies.
    """

    def __init__(self, app: ASGIApp, except_path: str) -> None:
        self._app = app
        self._except_path = except_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; reading too much of it raises ``ChunkTooLargeError``."""
        if scope["type"] != "http" or scope["path"].endswith(self._except_path):
            await self._app(scope, receive, send)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise ChunkTooLargeError(
                    f"A request may carry {MAX_BODY_BYTES} bytes; send less at once.",
                    max_body_bytes=MAX_BODY_BYTES,
                )
            return message

        await self._app(scope, receive_bounded, send)
