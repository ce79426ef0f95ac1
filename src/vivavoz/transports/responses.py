"""The one error shape, as HTTP answers."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vivavoz.errors import (
    ChunkTooLargeError,
    ClientError,
    MethodNotAllowedError,
    NotFoundError,
    UnauthorizedError,
    VivavozError,
)
from vivavoz.runtime.counters import Counters
from vivavoz.runtime.failures import internal_error
from vivavoz.session.events import Failed
from vivavoz.session.wire import data_of

_RETRY_AFTER = "retry_after_s"


def error_response(body: dict[str, Any], status: int) -> JSONResponse:
    """An error body as a response, with ``Retry-After`` where the error says when, and
    with what to show where a credential is missing."""
    retry_after_s = body["error"]["details"].get(_RETRY_AFTER)
    headers = {} if retry_after_s is None else {"Retry-After": str(round(retry_after_s))}
    if status == UnauthorizedError.http_status:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers)


def install_error_handlers(app: FastAPI, counters: Counters) -> None:
    """Answer every failure of the application in the one error shape, describe it so, count it."""
    app.router.responses["default"] = {"model": Failed, "description": "Why it could not be done."}

    def answer(request: Request, error: VivavozError, status: int | None = None) -> JSONResponse:
        failed = counters.failure(error, getattr(request.state, "request_id", None))
        return error_response(data_of(failed), status or error.http_status)

    @app.exception_handler(VivavozError)
    async def vivavoz_error(request: Request, error: VivavozError) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        broken = [
            {"field": ".".join(str(part) for part in problem["loc"]), "rule": problem["msg"]}
            for problem in error.errors()
        ]
        first = broken[0]
        message = f"{first['field']}: {first['rule']}. Correct it and send the request again."
        return answer(request, ClientError(message, fields=broken), 422)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, VivavozError):  # raised while the body was read
            return answer(request, error.__cause__)
        if error.status_code == NotFoundError.http_status:
            return answer(request, NotFoundError("Nothing is at this address; see /docs."))
        if error.status_code == MethodNotAllowedError.http_status:
            refusal = MethodNotAllowedError(f"This address does not take {request.method}.")
            response = answer(request, refusal)
            response.headers.update(error.headers or {})
            return response
        if error.status_code == ChunkTooLargeError.http_status:
            return answer(request, ChunkTooLargeError(str(error.detail)))
        return answer(request, ClientError(str(error.detail)), error.status_code)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        return answer(request, internal_error(error))
