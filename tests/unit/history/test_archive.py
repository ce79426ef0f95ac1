"""Archives, read back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st

from vivavoz.history.archive import zip_of
from vivavoz.history.export import Export

NOON = datetime(2026, 1, 2, 12, 0, 4, tzinfo=UTC)


def an_export(name: str, content: bytes = b"", dated: datetime = NOON) -> Export:
    return Export(content=content, media_type="text/plain", file_name=name, dated=dated)


def opened(*exports: Export) -> ZipFile:
    return ZipFile(BytesIO(b"".join(zip_of(exports))))


@given(st.lists(st.tuples(st.sampled_from(["a.txt", "A.txt", "ñ.txt"]), st.binary()), max_size=9))
def test_every_file_is_in_it_whole_under_a_name_of_its_own(files: list[tuple[str, bytes]]) -> None:
    archive = opened(*(an_export(name, content) for name, content in files))
    assert archive.testzip() is None
    assert [archive.read(name) for name in archive.namelist()] == [content for _, content in files]
    assert len({name.casefold() for name in archive.namelist()}) == len(files)


def test_names_that_some_system_takes_for_one_are_told_apart() -> None:
    names = ["Año.txt", "AÑO.txt", "An\u0303o.txt", "Año (2).txt", "Año.txt", "日本語.txt"]
    assert opened(*map(an_export, names)).namelist() == [
        "Año.txt",
        "AÑO (2).txt",
        "An\u0303o (3).txt",
        "Año (2) (2).txt",
        "Año (4).txt",
        "日本語.txt",
    ]


def test_files_are_dated_by_their_dictation() -> None:
    archive = opened(an_export("a.txt"), an_export("b.txt", dated=datetime(1970, 1, 2, tzinfo=UTC)))
    first, second = archive.infolist()
    local = NOON.astimezone()
    assert first.date_time == (2026, 1, 2, local.hour, local.minute, local.second)
    assert second.date_time[0] == 1980


def test_it_is_written_while_it_is_read() -> None:
    """No export is asked for before the one ahead of it has been handed on."""
    asked = 0

    def exports() -> Iterator[Export]:
        nonlocal asked
        for number in range(3):
            asked += 1
            yield an_export(f"{number}.txt", b"x" * 1000)

    for number, piece in enumerate(zip_of(exports()), 1):
        assert asked == min(number, 3)
        assert piece
