"""A session's recording: its container streams and its transcription."""

from functools import partial

from vivavoz.audio.formats import parse_mime_type
from vivavoz.recognition.engine import RecognitionOptions
from vivavoz.recognition.recognizer import open_recognizer
from vivavoz.runtime.engine_facts import chosen_language, shortcomings
from vivavoz.runtime.reporter import Reporter
from vivavoz.runtime.services import Recognition, Services
from vivavoz.runtime.transcription import Listener, Transcription
from vivavoz.session.entities import AudioChunk
from vivavoz.session.events import RecordingOptions, StartRecording
from vivavoz.session.records import SessionTerms
from vivavoz.session.session import Session


class Recording:
    """Nothing until it is started; harmless to call before.

    Args:
        session: what is recorded.
        services: the server's.
        recognition: the engine at work.
        reporter: is told of streams and chunks.
        listener: is told what came of the audio.
        terms: with what the session was opened.
    """

    def __init__(
        self,
        session: Session,
        services: Services,
        recognition: Recognition,
        reporter: Reporter,
        listener: Listener,
        terms: SessionTerms,
    ) -> None:
        self._session = session
        self._services = services
        self._recognition = recognition
        self._reporter = reporter
        self._listener = listener
        self._terms = terms
        self._transcription: Transcription | None = None

    @property
    def has_started(self) -> bool:
        """Whether there ever was something to transcribe."""
        return self._transcription is not None

    @property
    def pending_chunks(self) -> int:
        """Chunks waiting for the decoder."""
        return self._transcription.pending_chunks if self._transcription else 0

    @property
    def is_keeping_up(self) -> bool:
        """Whether the client may send more."""
        return self.pending_chunks < self._services.settings.max_unacknowledged_chunks

    def start(self, event: StartRecording) -> None:
        """Begin.

        Raises:
            LanguageNotSupportedError, UnsupportedFormatError, InvalidStateError: nothing was begun.
        """
        capabilities = self._recognition.engine.capabilities
        asked = event.language or self._terms.language
        language = chosen_language(asked, self._services.settings.language, capabilities)
        audio_format = parse_mime_type(event.mime_type)
        stream = self._session.start_recording(event.mime_type)
        entity, options = self._session.entity, event.options
        if options.metadata:
            entity.metadata["client"] = dict(options.metadata)
        terms = SessionTerms(self._terms.resume_token_hash, language, options)
        opened = entity.model_copy(deep=True)
        self._reporter.journal.write(partial(self._services.store.open_session, opened, terms))
        self._reporter.stream_announced(stream)
        self._open(language, options)
        self._open_stream(audio_format.mime_type)
        for warned in shortcomings(capabilities, language, options):
            self._reporter.warn(warned)

    def start_again(self) -> None:
        """Go on where an earlier process ended: its container stream comes again from its start."""
        if self._session.stream is not None:
            self._reporter.stream_announced(self._session.stream)
            self._open(self._terms.language, self._terms.options)
            self._open_stream(self._session.stream.mime_type)

    def pause(self, *, stream_ended: bool) -> None:
        """Make final what was said.

        Raises:
            InvalidStateError, SequenceMismatchError: nothing was changed.
        """
        self._session.pause_recording(stream_ended=stream_ended)
        if self._transcription is not None:
            self._transcription.pause(stream_ended=stream_ended)

    def resume(self, mime_type: str | None) -> None:
        """Go on after a pause, with a new container stream if a type is named.

        Raises:
            UnsupportedFormatError, InvalidStateError, SequenceMismatchError: nothing was changed.
        """
        if mime_type is not None:
            parse_mime_type(mime_type)
        stream = self._session.resume_recording(mime_type)
        if stream is not None:
            self._reporter.stream_announced(stream)
            self._open_stream(stream.mime_type)
        elif self._transcription is not None:
            self._transcription.resume()

    def feed(self, chunks: list[AudioChunk]) -> None:
        """Decode chunks that are in order."""
        if self._transcription is not None:
            for chunk in chunks:
                self._reporter.chunk_taken(chunk)
                self._transcription.feed(chunk.audio_data, chunk.sequence_number)

    def finish_if_complete(self) -> None:
        """Make everything final once the last chunk is here."""
        if self._session.input_is_complete and self._transcription is not None:
            self._transcription.finish()

    async def wind_down(self, timeout_s: float) -> None:
        """Wait for what is being made final."""
        if self._transcription is not None:
            await self._transcription.wind_down(timeout_s)
        await self._reporter.journal.flushed(timeout_s)

    def close(self) -> None:
        """Free everything."""
        if self._transcription is not None:
            self._transcription.close()

    def _open(self, language: str | None, options: RecordingOptions) -> None:
        asked = RecognitionOptions(language, options.initial_prompt, options.hotwords)
        self._transcription = Transcription(
            self._session.entity.session_id,
            open_recognizer(self._recognition.engine, asked, self._services.recognizer_settings),
            self._recognition.scheduler,
            self._listener,
            first_sample=self._session.watermarks.decoded.sample_index,
            skip_to_sample=self._session.durable.sample_index,
            wants_partials=options.partials,
        )

    def _open_stream(self, mime_type: str) -> None:
        if self._transcription is not None:
            self._transcription.begin_stream(parse_mime_type(mime_type))
