"""How each error comes about after which a session goes on."""

from tests.contract.conftest import Stage
from tests.contract.ending_errors import Provoke
from tests.live.clients import PCM, Client
from tests.live.engines import CountingEngine, CountingStream, ready
from vivavoz.errors import RecognitionFailedError
from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.transcript import Hypothesis
from vivavoz.session.events import StartRecording


class _BrokenStream(CountingStream):
    def finish(self) -> Hypothesis:
        self.close()
        raise RecognitionFailedError("It broke.")


class _BreakingEngine(CountingEngine):
    def open_stream(self, options: RecognitionOptions) -> CountingStream:
        self.opened(1)
        return _BrokenStream(self)


async def unknown_event(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send_raw("nonsense", {})
    return client


async def chunk_before_start(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send_chunk(1, sentence[0])
    return client


async def missing_chunk(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(2, sentence[1])
    return client


async def unknown_type(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type="audio/midi"))
    return client


async def large_chunk(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(max_chunk_bytes=8000)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(1, bytes(8002))
    return client


async def flood(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve(max_chunks_per_second=1)
    client = await stage.new_session()
    await client.record([bytes(320)] * 40)
    return client


async def far_ahead(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(max_unacknowledged_chunks=4)
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM))
    await client.send_chunk(9, sentence[8])
    return client


async def unknown_language(stage: Stage, _sentence: list[bytes]) -> Client:
    await stage.serve()
    client = await stage.new_session()
    await client.send(StartRecording(mime_type=PCM, language="es"))
    return client


async def broken_decode(stage: Stage, sentence: list[bytes]) -> Client:
    await stage.serve(ready(_BreakingEngine()))
    client = await stage.new_session()
    await client.record(sentence)
    await client.send_raw("pause_recording", {})
    return client


GOING_ON: dict[str, Provoke] = {
    "INVALID_MESSAGE": unknown_event,
    "INVALID_STATE": chunk_before_start,
    "SEQUENCE_MISMATCH": missing_chunk,
    "UNSUPPORTED_FORMAT": unknown_type,
    "CHUNK_TOO_LARGE": large_chunk,
    "RATE_LIMITED": flood,
    "TOO_MANY_UNACKNOWLEDGED": far_ahead,
    "LANGUAGE_NOT_SUPPORTED": unknown_language,
    "RECOGNITION_FAILED": broken_decode,
}
