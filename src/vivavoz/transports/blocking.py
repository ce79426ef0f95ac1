"""Calls that block, off the event loop."""

from collections.abc import Awaitable, Callable
from typing import Any

RunBlocking = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a call that blocks off the event loop and gives its result."""
