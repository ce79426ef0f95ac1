"""The server with an engine that says, for every utterance, with which prompts it was asked.

Usage: echoing_server.py serve --port PORT
"""

import sys
from dataclasses import dataclass, field, replace

from tests.live.engines import CountingEngine, CountingStream, ready
from vivavoz.recognition.engine import EngineCapabilities, RecognitionOptions
from vivavoz.recognition.transcript import Hypothesis, Word


class EchoingEngine(CountingEngine):
    """Hears its own prompts."""

    @property
    def capabilities(self) -> EngineCapabilities:
        """It takes prompts."""
        return replace(super().capabilities, name="echoing", takes_prompts=True)

    def open_stream(self, options: RecognitionOptions) -> "EchoingStream":
        """Begin an utterance."""
        self.opened(1)
        return EchoingStream(self, options=options)


@dataclass
class EchoingStream(CountingStream):
    """One utterance of an ``EchoingEngine``."""

    options: RecognitionOptions = field(default_factory=RecognitionOptions)

    def hypothesis(self) -> Hypothesis:
        """The prompts, as one word each."""
        prompts = (self.options.initial_prompt, self.options.hotwords)
        return Hypothesis(tuple(Word(f" {prompt}", 0.0, 0.5, 0.9) for prompt in prompts), "en")


if __name__ == "__main__":
    import uvicorn

    from vivavoz.app import create_app, server_config
    from vivavoz.settings import Settings

    app = create_app(Settings(), ready(EchoingEngine()))
    config = server_config(Settings(), app)
    config.port = int(sys.argv[sys.argv.index("--port") + 1])
    uvicorn.Server(config).run()
