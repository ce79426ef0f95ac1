"""The server's HTTP side, as far as a dictation needs it."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import httpx

from vivavoz.client.address import http_url, is_loopback
from vivavoz.client.backlog import AudioFile
from vivavoz.client.failure import exception_of
from vivavoz.errors import ServerUnreachableError
from vivavoz.session.entities import TranscriptionResult
from vivavoz.session.events import ErrorBody, StartRecording

_PROBE_TIMEOUT_S = 5.0
_SILENCE_LIMIT_S = 60.0
_SSE_DATA = "data: "


class RestClient:
    """Asks whether the server works, and has recordings transcribed.

    Args:
        socket_address: of its WebSocket; the rest lies beside it.
        headers: sent with every request.
    """

    def __init__(self, socket_address: str, headers: dict[str, str]) -> None:
        self._url = http_url(socket_address)
        self._headers = headers

    async def is_ready(self) -> bool:
        """Whether the server answers and its model is there."""
        try:
            async with self._http(_PROBE_TIMEOUT_S) as http:
                answer = await http.get("/ready")
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def transcribe(
        self, file: AudioFile, start: StartRecording
    ) -> AsyncIterator[TranscriptionResult | UUID]:
        """The finals of a recording as they come, at last the id of its transcript in the history
        if it was kept.

        Args:
            file: the recording.
            start: the language and the prompts of the dictation that it belongs to.

        Raises:
            ServerUnreachableError: the server went away meanwhile.
            VivavozError: the server refused the recording, as its error says.
        """
        fields = {
            "stream": "true",
            "language": start.language or "",
            "prompt": start.options.initial_prompt or "",
            "hotwords": start.options.hotwords or "",
        }
        parts = {"file": (f"recording.{file.extension}", file.content, file.media_type)}
        try:
            async with (
                self._http(_SILENCE_LIMIT_S) as http,
                http.stream("POST", "/v1/audio/transcriptions", data=fields, files=parts) as answer,
            ):
                if not answer.is_success:
                    raise exception_of(_error_in(json.loads(await answer.aread())))
                async for line in answer.aiter_lines():
                    if line.startswith(_SSE_DATA):
                        said = _said(json.loads(line.removeprefix(_SSE_DATA)))
                        if said is not None:
                            yield said
        except (httpx.HTTPError, ValueError) as error:
            raise ServerUnreachableError(
                f"The server at {self._url} did not transcribe the recording to its end. Nothing "
                "of it is lost here: try again, or keep it as a file.",
                url=self._url,
            ) from error

    def _http(self, timeout_s: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._url,
            headers=self._headers,
            timeout=timeout_s,
            trust_env=not is_loopback(self._url),
        )


def _said(message: dict[str, object]) -> TranscriptionResult | UUID | None:
    match message:
        case {"type": "transcript.text.delta", "result": result}:
            return TranscriptionResult.model_validate(result)
        case {"type": "transcript.text.done", "transcript_id": str(transcript_id)}:
            return UUID(transcript_id)
        case {"type": "error"}:
            raise exception_of(_error_in(message))
        case _:
            return None


def _error_in(message: dict[str, object]) -> ErrorBody:
    return ErrorBody.model_validate(message["error"])
