"""How each container begins. [pure]

A demuxer given foreign bytes may search megabytes of them for a beginning; a few bytes tell at
once, and tell what the stream is instead.
"""

from vivavoz.audio.formats import AudioFormat, Container
from vivavoz.errors import InvalidFormatError

SIGNATURE_BYTES = 12


def container_of(head: bytes) -> Container | None:
    """The container whose beginning ``head`` is, from its first ``SIGNATURE_BYTES`` bytes."""
    match head[:4]:
        case b"\x1a\x45\xdf\xa3":  # EBML header
            return Container.WEBM
        case b"OggS" if head[5:6] and head[5] & 0x02:  # first page of a logical stream
            return Container.OGG
        case b"RIFF" | b"RF64" if head[8:12] == b"WAVE":
            return Container.WAV
        case b"fLaC":
            return Container.FLAC
    if head[4:8] == b"ftyp":
        return Container.MP4
    if head[:3] == b"ID3":
        return Container.MP3
    return _container_of_frame(head)


def _container_of_frame(head: bytes) -> Container | None:
    """MP3 and AAC (ADTS) have no header: eleven or twelve bits of sync and some forbidden values
    are all there is to know the first frame by."""
    if len(head) < 3 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 0x0F < 13:
        return Container.AAC
    valid_layer = head[1] & 0x18 != 0x08 and head[1] & 0x06 != 0
    if head[1] & 0xE0 == 0xE0 and valid_layer and head[2] < 0xF0 and head[2] & 0x0C != 0x0C:
        return Container.MP3
    return None


def check_signature(audio_format: AudioFormat, head: bytes) -> None:
    """Refuse bytes that cannot be the beginning of that format.

    Raises:
        InvalidFormatError: they begin another container, or none at all.
    """
    found = container_of(head)
    # An ID3 tag may precede the frames of any of the three.
    tagged = head[:3] == b"ID3" and audio_format.container in {Container.AAC, Container.FLAC}
    if found == audio_format.container or tagged:
        return
    if not head:
        problem = "The stream ended before any audio came: send audio before stopping."
    elif found:
        problem = (
            f"The bytes are {found} but were announced as {audio_format.mime_type}: announce the "
            "MIME type that the recorder really uses (MediaRecorder.mimeType)."
        )
    else:
        problem = (
            f"The bytes do not begin like {audio_format.mime_type}: send the stream from its very "
            "first chunk, because that one holds the header."
        )
    raise InvalidFormatError(problem, mime_type=audio_format.mime_type)
