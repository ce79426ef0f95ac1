"""The history, as far as the page's states need it: by script."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web


class ScriptedHistory:
    """Set ``transcripts`` to choose what there is; ``deleted`` can be brought back."""

    def __init__(self) -> None:
        self.transcripts: list[dict[str, Any]] = []
        self.deleted: list[dict[str, Any]] = []

    @property
    def routes(self) -> list[web.AbstractRouteDef]:
        """What it serves."""
        return [
            web.get("/api/history", self._list),
            web.post("/api/history/delete", self._delete),
            web.post("/api/history/restore", self._restore),
            web.get("/api/history/{id}", self._read),
            web.patch("/api/history/{id}", self._change),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query.get("q", "").lower()
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        found = [item for item in self.transcripts if query in item["text"].lower()]
        listed = [
            item | {"snippet": _snippet(item["text"], query)}
            for item in found[offset : offset + limit]
        ]
        return web.json_response(
            {"items": listed, "total": len(found), "limit": limit, "offset": offset}
        )

    def _find(self, request: web.Request) -> dict[str, Any]:
        return next(item for item in self.transcripts if item["id"] == request.match_info["id"])

    async def _read(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request))

    async def _change(self, request: web.Request) -> web.Response:
        transcript, change = self._find(request), await request.json()
        transcript |= change
        if "text" in change:
            is_edited = change["text"] is not None
            text = change["text"] if is_edited else transcript["original_text"]
            edited_at = datetime.now(UTC).isoformat() if is_edited else None
            transcript |= {"text": text, "edited_at": edited_at, "paragraphs": text.split("\n\n")}
        return web.json_response(transcript)

    async def _delete(self, request: web.Request) -> web.Response:
        return await self._move(request, self.transcripts, self.deleted)

    async def _restore(self, request: web.Request) -> web.Response:
        return await self._move(request, self.deleted, self.transcripts)

    async def _move(
        self, request: web.Request, source: list[dict[str, Any]], target: list[dict[str, Any]]
    ) -> web.Response:
        ids = (await request.json())["ids"]
        moved = [item for item in source if item["id"] in ids]
        for item in moved:
            source.remove(item)
            target.append(item)
        self.transcripts.sort(key=lambda item: str(item["started_at"]), reverse=True)
        done = [item["id"] for item in moved]
        return web.json_response({"done": done, "missing": [id_ for id_ in ids if id_ not in done]})


def transcript(title: str, text: str, started_at: datetime, **fields: Any) -> dict[str, Any]:
    """A finished transcript; every sentence of ``text`` is one segment, every fourth followed by a
    pause; each word takes 400 ms."""
    sentences = [f"{sentence.strip(' .')}." for sentence in text.split(".") if sentence.strip()]
    segments = [
        _segment(index, sentence, start_s=6.0 * index + (4 if index > 3 else 0))
        for index, sentence in enumerate(sentences)
    ]
    paragraphs = [" ".join(sentences[:4]), " ".join(sentences[4:])]
    return {
        "id": str(uuid4()),
        "title": title,
        "text": text,
        "original_text": text,
        "paragraphs": [paragraph for paragraph in paragraphs if paragraph],
        "language": "en",
        "engine": "whisper",
        "model": "base",
        "started_at": started_at.isoformat(),
        "finished_at": started_at.isoformat(),
        "edited_at": None,
        "duration_s": 6.0 * len(segments),
        "word_count": len(text.split()),
        "file_name": "transcripcion_20260101_000000.txt",
        "metadata": {},
        "segments": segments,
        **fields,
    }


def _segment(index: int, sentence: str, start_s: float) -> dict[str, Any]:
    words = [
        {"text": word, "start": start_s + 0.4 * at, "end": start_s + 0.4 * at + 0.3}
        for at, word in enumerate(sentence.split())
    ]
    return {
        "result_id": str(uuid4()),
        "sequence_number": index,
        "start_s": start_s,
        "end_s": start_s + 5,
        "text": sentence,
        "confidence": 0.9,
        "language": "en",
        "words": words,
    }


def _snippet(text: str, query: str) -> list[dict[str, Any]]:
    index = text.lower().find(query) if query else -1
    if index < 0:
        return [{"text": text[:160], "match": False}]
    start = text.rfind(" ", 0, max(0, index - 30)) + 1
    return [
        {"text": ("…" if start else "") + text[start:index], "match": False},
        {"text": text[index : index + len(query)], "match": True},
        {"text": text[index + len(query) : index + 120], "match": False},
    ]
