"""The real server with an engine that hears nothing: what is left is everything but recognition.

Settings come from the environment as always; the port goes to standard output when it listens.
"""

import socket
from collections.abc import Callable, Sequence

import uvicorn

from vivavoz.app import create_app, server_config
from vivavoz.engines.registry import LoadedEngine
from vivavoz.recognition.engine import DecodeRequest, DecodeResult, EngineCapabilities, Pcm
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.settings import Settings


class IdleEngine:
    """A window engine that finds no words in anything, at once."""

    capabilities = EngineCapabilities(
        name="idle",
        model="none",
        device="cpu",
        languages=frozenset({"en"}),
        detects_language=False,
        takes_prompts=False,
    )

    def warm_up(self) -> None:
        """Nothing to warm up."""

    def decode(self, requests: Sequence[DecodeRequest]) -> list[DecodeResult]:
        """No words, for each request."""
        return [DecodeResult(Hypothesis((), "en")) for _ in requests]

    def detect_language(self, audio: Pcm) -> tuple[str, float]:
        """Always English."""
        return "en", 1.0

    def close(self) -> None:
        """Nothing to free."""


def load_idle_engine(settings: Settings, on_progress: Callable[..., None]) -> LoadedEngine:
    """In place of ``vivavoz.engines.registry.load_engine``."""
    return LoadedEngine(IdleEngine())


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    listener = socket.create_server((settings.host, settings.port), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    config = server_config(settings, create_app(settings, load_idle_engine))
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
