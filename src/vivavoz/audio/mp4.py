"""The header of an MP4 stream. [pure]

Source: ISO/IEC 14496-12, boxes. FFmpeg's demuxer steps back while it reads the ``moov`` box, which
a stream cannot do across the edge of a read; so the header must be handed to it in one piece.
"""

import struct

from vivavoz.errors import InvalidFormatError

_MAX_HEADER_BYTES = 4 * 1024 * 1024


def header_bytes(head: bytes) -> int | None:
    """Size of everything up to the end of the ``moov`` box; none while ``head`` does not show it.

    Raises:
        InvalidFormatError: it is a recording that cannot be decoded while it grows, because its
            samples come before its header, or no MP4 at all.
    """
    at = 0
    size: int
    while len(head) >= at + 16:
        size, name = struct.unpack_from(">I4s", head, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", head, at + 8)
        at += size
        if name == b"mdat" or size < 8 or at > _MAX_HEADER_BYTES:
            raise InvalidFormatError(
                "This MP4 cannot be decoded while it grows, because its header does not come "
                "first: record fragmented MP4, as MediaRecorder does, or transcribe it as a file."
            )
        if name == b"moov":
            return at
    return None
