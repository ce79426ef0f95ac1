"""The lock files hold what pyproject.toml asks for, exactly, and from no named host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
DEV = [item for item in GROUPS["dev"] if isinstance(item, str)] + GROUPS["install"]


def locked(lock: str) -> dict[str, Version]:
    """Names and versions in a lock file."""
    pinned = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in pinned}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [(LOCKS[0], need) for need in [*RUNTIME, *GROUPS["install"]]]
    + [(LOCKS[1], need) for need in [*RUNTIME, *DEV]],
)
def test_every_dependency_is_locked(lock: str, wanted: str) -> None:
    need = Requirement(wanted)
    version = locked(lock).get(canonicalize_name(need.name))
    assert version is not None, f"{need.name} is not in {lock}: run `make lock`"
    assert version in need.specifier, f"{lock} holds {need.name} {version}: run `make lock`"


def test_the_development_lock_differs_only_by_more() -> None:
    runtime, development = (locked(lock).items() for lock in LOCKS)
    assert runtime <= development


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ ", text)
    assert set(re.findall(r"^[\w.-]+.*(?<! \\)$", text, re.MULTILINE)) == set()
    assert text.count("==") <= text.count("--hash=sha256:")


@pytest.mark.parametrize("lock", LOCKS)
def test_torch_stays_out(lock: str) -> None:
    heavy = ("torch", "nvidia", "triton", "tensorflow")
    assert not [name for name in locked(lock) if name.startswith(heavy)]
