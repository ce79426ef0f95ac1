"""The page, and the viewer of the API's documentation."""

from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from swagger_ui_bundle import swagger_ui_path

from vivavoz.transports.headers import DOCS_CSP

_WEB = Path(__file__).parent.parent / "web"
_REVALIDATE = {"Cache-Control": "no-cache"}


class _RevalidatedFiles(StaticFiles):
    """Static files that a browser asks for again after an update; unchanged ones cost a 304."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_REVALIDATE)
        return response


def add_pages(app: FastAPI) -> None:
    """Serve the page at ``/``, its files below ``/static`` and the API's viewer at ``/docs``."""
    app.mount("/static", _RevalidatedFiles(directory=_WEB), name="static")
    app.mount("/docs/viewer", _RevalidatedFiles(directory=swagger_ui_path), name="viewer")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(_WEB / "index.html", headers=_REVALIDATE)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> FileResponse:
        headers = _REVALIDATE | {"Content-Security-Policy": DOCS_CSP}
        return FileResponse(_WEB / "api" / "docs.html", headers=headers)
