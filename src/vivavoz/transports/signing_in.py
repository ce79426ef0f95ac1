"""REST at ``/api/auth``: keys into tokens, for browsers as a cookie."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from vivavoz.errors import ForbiddenError, UnauthorizedError
from vivavoz.transports.authenticator import Authenticator, is_key
from vivavoz.transports.credentials import cookie_of, credential_of, drop_cookie, keep_cookie
from vivavoz.transports.json_bodies import StrictRoute

_NOT_KEPT = {"Cache-Control": "no-store"}


class WhoAmI(BaseModel):
    """Whether the server asks for a key, and who the client is if it showed one."""

    required: bool
    user_id: str | None


class ShownKey(BaseModel):
    """A key, to sign in with."""

    model_config = ConfigDict(extra="forbid")

    api_key: Annotated[str, Field(max_length=128)]


class SignedIn(BaseModel):
    """Who is signed in, and for how long unless it is renewed."""

    user_id: str
    expires_in_s: float


class IssuedToken(BaseModel):
    """A token for a client that is no browser of ours."""

    token: str
    expires_in_s: float


def auth_router(authenticator: Authenticator) -> APIRouter:
    """The routes under ``/api/auth``."""
    router = APIRouter(prefix="/api/auth", tags=["authentication"], route_class=StrictRoute)

    @router.get("", summary="Whether a key is asked for, and whose was shown")
    async def who_am_i(request: Request, response: Response) -> WhoAmI:
        response.headers.update(_NOT_KEPT)
        try:
            user_id = await authenticator.user_of(credential_of(request.scope))
        except UnauthorizedError:
            user_id = None
        return WhoAmI(required=authenticator.required, user_id=user_id)

    @router.post("/session", summary="Sign a browser in")
    async def sign_in(shown: ShownKey, request: Request, response: Response) -> SignedIn:
        token = await authenticator.issue(shown.api_key)
        keep_cookie(response, request, token)
        return SignedIn(user_id=token.user_id, expires_in_s=token.expires_in_s)

    @router.post("/refresh", summary="Keep a browser signed in")
    async def refresh(request: Request, response: Response) -> SignedIn:
        token = await authenticator.renew(cookie_of(request))
        keep_cookie(response, request, token)
        return SignedIn(user_id=token.user_id, expires_in_s=token.expires_in_s)

    @router.delete("/session", summary="Sign a browser out", status_code=status.HTTP_204_NO_CONTENT)
    async def sign_out(request: Request, response: Response) -> None:
        drop_cookie(response, request)

    @router.post("/token", summary="Get a token for another client")
    async def issue_token(request: Request, response: Response) -> IssuedToken:
        credential = credential_of(request.scope) or ""
        if authenticator.required and not is_key(credential):
            raise ForbiddenError("A token opens no other token: show the API key itself.")
        response.headers.update(_NOT_KEPT)
        token = await authenticator.issue(credential)
        return IssuedToken(token=token.text, expires_in_s=token.expires_in_s)

    return router
