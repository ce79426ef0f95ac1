"""Which finished transcripts there are for a user: his own, and none that is in the trash."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from vivavoz.errors import TranscriptNotFoundError
from vivavoz.history.tables import TRANSCRIPTS
from vivavoz.history.transcripts import Affected


def complete_of(user_id: str | None) -> sa.ColumnElement[bool]:
    """The condition that a transcript is finished and the user's, in the trash or not; without a
    user it may be anybody's."""
    complete = TRANSCRIPTS.c.status == "complete"
    return complete if user_id is None else complete & (TRANSCRIPTS.c.user_id == user_id)


def visible_to(user_id: str | None) -> sa.ColumnElement[bool]:
    """The condition that a transcript is finished, the user's and not in the trash."""
    return complete_of(user_id) & TRANSCRIPTS.c.deleted_at.is_(None)


def sorted_out(transcript_ids: Sequence[UUID], found: set[UUID]) -> Affected:
    """The ids, each once, in the order given: found or missing."""
    once = dict.fromkeys(transcript_ids)
    return Affected(
        done=tuple(id_ for id_ in once if id_ in found),
        missing=tuple(id_ for id_ in once if id_ not in found),
    )


def not_found(transcript_ids: Sequence[UUID]) -> TranscriptNotFoundError:
    """What to raise for ids that the user may see no transcript of; ``details`` names them."""
    missing = [str(transcript_id) for transcript_id in transcript_ids]
    sentence = (
        f"No transcript {missing[0]} is in the history: it may have been deleted."
        if len(missing) == 1
        else f"{len(missing)} of the transcripts are not in the history: they may have been "
        "deleted. Leave them out and try again."
    )
    return TranscriptNotFoundError(sentence, missing=missing)
