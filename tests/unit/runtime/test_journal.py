"""Writes in order, tried again, and forgotten when they must be."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from vivavoz.errors import SessionNotFoundError, StorageFailedError
from vivavoz.runtime import journal as journal_module
from vivavoz.runtime.journal import Journal
from vivavoz.session.records import DurableMark


class Book:
    """A journal and everything that it told."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.written: list[str] = []
        self.durable: list[int] = []
        self.refused: list[StorageFailedError] = []
        self.failed: list[Exception] = []
        self.journal = Journal(
            executor,
            lambda mark: self.durable.append(mark.sequence_number),
            self.refused.append,
            self.failed.append,
        )

    def write(self, name: str, mark: int | None = None) -> None:
        at = None if mark is None else DurableMark(mark, mark * 1000)
        self.journal.write(lambda: self.written.append(name), at)

    def refuse(self, times: int, name: str, mark: int) -> None:
        left = [times]

        def write() -> None:
            left[0] -= 1
            if left[0] >= 0:
                raise StorageFailedError("The disk is full.")
            self.written.append(name)

        self.journal.write(write, DurableMark(mark, mark * 1000))


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setattr(journal_module, "_RETRY_AFTER_S", (0.01, 0.02))
    with ThreadPoolExecutor(1) as executor:
        yield Book(executor)


async def test_writes_are_made_in_order_and_then_durable(book: Book) -> None:
    book.write("open")
    book.write("first", 1)
    book.journal.write_nothing(DurableMark(2, 2000))
    book.write("second", 3)
    assert book.durable == []
    assert await book.journal.flushed(5.0)
    assert book.written == ["open", "first", "second"]
    assert book.durable == [1, 2, 3]


async def test_silence_is_durable_at_once_when_nothing_waits(book: Book) -> None:
    book.journal.write_nothing(DurableMark(4, 4000))
    assert book.durable == [4]


async def test_a_refused_write_is_tried_again_before_those_behind_it(book: Book) -> None:
    book.refuse(3, "first", 1)
    book.write("second", 2)
    assert await book.journal.flushed(5.0)
    assert book.written == ["first", "second"]
    assert book.durable == [1, 2]
    assert len(book.refused) == 1


async def test_each_run_of_refusals_is_told_once(book: Book) -> None:
    book.refuse(2, "first", 1)
    book.refuse(2, "second", 2)
    assert await book.journal.flushed(5.0)
    assert len(book.refused) == 2


async def test_patience_ends(book: Book) -> None:
    book.refuse(10**6, "never", 1)
    assert not await book.journal.flushed(0.05)
    assert book.durable == []
    book.journal.abandon()
    assert await book.journal.flushed(5.0)


async def test_silence_behind_a_write_that_is_being_made_waits_for_it(book: Book) -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        may_end.wait()

    book.journal.write(slow, DurableMark(1, 1000))
    await asyncio.to_thread(began.wait)
    book.journal.write_nothing(DurableMark(2, 2000))
    assert book.durable == []
    may_end.set()
    assert await book.journal.flushed(5.0)
    assert book.durable == [1, 2]


@pytest.mark.parametrize("wait", [False, True])
async def test_what_is_written_after_abandoning_is_written(book: Book, *, wait: bool) -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        may_end.wait()

    book.journal.write(slow)
    book.write("forgotten")
    if wait:
        await asyncio.to_thread(began.wait)
    book.journal.abandon()
    book.write("discard")
    may_end.set()
    assert await book.journal.flushed(5.0)
    assert book.written == ["discard"]


async def test_what_was_abandoned_is_not_tried_again(book: Book) -> None:
    book.refuse(10**6, "never", 1)
    assert not await book.journal.flushed(0.05)
    assert book.refused
    book.journal.abandon()
    book.write("discard")
    assert await book.journal.flushed(5.0)
    assert book.written == ["discard"]


async def test_a_session_that_was_discarded_takes_no_more(book: Book) -> None:
    def gone() -> None:
        raise SessionNotFoundError("It is gone.")

    book.journal.write(gone, DurableMark(1, 1000))
    book.write("next", 2)
    assert await book.journal.flushed(5.0)
    assert book.written == ["next"]
    assert book.durable == [2]


async def test_nothing_is_durable_past_a_write_that_failed_unforeseen(book: Book) -> None:
    def stumble() -> None:
        raise ValueError("Nobody thought of this.")

    book.write("first", 1)
    book.journal.write(stumble, DurableMark(2, 2000))
    book.write("third", 3)
    book.journal.write_nothing(DurableMark(4, 4000))
    assert await book.journal.flushed(5.0)
    assert book.written == ["first"]
    assert book.durable == [1]
    assert [str(error) for error in book.failed] == ["Nobody thought of this."]
