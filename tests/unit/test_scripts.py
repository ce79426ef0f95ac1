"""The scripts that set a checkout up: what they do, and what they say when they cannot."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SetUp = Callable[[Path], subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[2]
WORKS = '#!/bin/sh\necho "Chromium 1.0"\n'
BROKEN = "#!/bin/sh\nexit 1\n"
PYTHON = """#!/bin/sh
echo "$@" >>calls
[ "$*" = "-m venv .venv" ] && mkdir -p .venv/bin && cp "$0" .venv/bin/python
exit 0
"""
PYTHON_WITHOUT_VENV = '#!/bin/sh\n[ "$1" = -c ] || { echo "ensurepip is not available"; exit 1; }\n'


def executable(file: Path, text: str) -> Path:
    """Make a small program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


# --- set-up ---------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the set-up scripts and the files that they read, and nothing else."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/setup", "scripts/venv", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def set_up(checkout: Path) -> SetUp:
    """Run ``scripts/setup`` with one Python."""

    def run(python: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [checkout / "scripts" / "setup"],
            env=os.environ | {"PYTHON": str(python)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_set_up_installs_the_lock_and_then_the_checkout(checkout: Path, set_up: SetUp) -> None:
    finished = set_up(executable(checkout / "python", PYTHON))
    assert finished.returncode == 0, finished.stderr
    installs = [x for x in (checkout / "calls").read_text().splitlines() if " install " in x]
    assert [x.partition("--no-compile ")[2] for x in installs] == [
        "--require-hashes --requirement requirements.lock",
        "--no-deps --no-build-isolation --editable .",
    ]


def test_set_up_is_silent_when_nothing_changed(checkout: Path, set_up: SetUp) -> None:
    python = executable(checkout / "python", PYTHON)
    set_up(python)
    calls = (checkout / "calls").read_text()
    finished = set_up(python)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert (checkout / "calls").read_text() == calls


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_set_up_runs_anew_when_a_dependency_changed(
    checkout: Path, set_up: SetUp, file: str
) -> None:
    python = executable(checkout / "python", PYTHON)
    set_up(python)
    calls = (checkout / "calls").read_text()
    with (checkout / file).open("a") as changed:
        changed.write("\n# changed\n")
    assert "Installing" in set_up(python).stdout
    assert len((checkout / "calls").read_text()) > len(calls)


def test_set_up_without_a_python_says_what_to_install(checkout: Path, set_up: SetUp) -> None:
    finished = set_up(checkout / "no-such-python")
    assert finished.returncode == 1
    assert "Python 3.11 or newer" in finished.stderr
    assert not (checkout / ".venv").exists()


def test_an_old_python_does_not_count(checkout: Path, set_up: SetUp) -> None:
    finished = set_up(executable(checkout / "python", "#!/bin/sh\nexit 1\n"))
    assert finished.returncode == 1
    assert "Python 3.11 or newer" in finished.stderr


def test_a_python_without_venv_says_what_to_install(checkout: Path, set_up: SetUp) -> None:
    finished = set_up(executable(checkout / "python", PYTHON_WITHOUT_VENV))
    assert finished.returncode == 1
    assert "ensurepip is not available" in finished.stderr
    assert "python3-venv" in finished.stderr
    assert sorted(path.name for path in checkout.iterdir()) == [
        "pyproject.toml",
        "python",
        "requirements.lock",
        "scripts",
    ]


# --- the browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> ModuleType:
    """``scripts/find_browser.py`` as a module."""
    spec = importlib.util.spec_from_file_location("find_browser", ROOT / "scripts/find_browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)["MACOS_APPLICATIONS"] = ()  # whatever is installed here must not change the tests
    return module


def test_the_path_that_a_person_names_comes_first(browser: ModuleType, tmp_path: Path) -> None:
    named = executable(tmp_path / "mine", WORKS)
    executable(tmp_path / "bin" / "chromium", WORKS)
    environ = {"CHROME_PATH": str(named), "PATH": str(tmp_path / "bin")}
    assert browser.find(environ, tmp_path) == named


def test_a_command_that_only_says_how_to_install_is_passed_over(
    browser: ModuleType, tmp_path: Path
) -> None:
    executable(tmp_path / "bin" / "chromium-browser", BROKEN)
    chrome = executable(tmp_path / "bin" / "google-chrome", WORKS)
    assert browser.find({"PATH": str(tmp_path / "bin")}, tmp_path) == chrome


@pytest.mark.parametrize(
    "place",
    [
        ".cache/ms-playwright/chromium-1255/chrome-linux/chrome",
        ".cache/ms-playwright/chromium-1255/chrome-linux64/chrome",
        "Library/Caches/ms-playwright/chromium-1255/chrome-mac/Chromium.app/Contents/MacOS/Chromium",
    ],
)
def test_playwrights_own_browser_is_found(browser: ModuleType, tmp_path: Path, place: str) -> None:
    own = executable(tmp_path / place, WORKS)
    assert browser.find({"PATH": ""}, tmp_path) == own


def test_nothing_is_found_where_nothing_is(browser: ModuleType, tmp_path: Path) -> None:
    assert browser.find({"PATH": str(tmp_path)}, tmp_path) is None


def test_playwright_is_asked_first_then_the_systems_package_manager(
    browser: ModuleType, tmp_path: Path
) -> None:
    apt = str(executable(tmp_path / "apt-get", WORKS))
    ways = list(browser.install_commands({"PATH": str(tmp_path)}, is_root=True))
    playwright = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    assert ways == [
        [playwright],
        [[apt, "update", "-q"], [apt, "install", "-y", "-q", "chromium"]],
    ]


def test_sudo_is_never_asked_for_a_password(browser: ModuleType, tmp_path: Path) -> None:
    executable(tmp_path / "dnf", WORKS)
    executable(tmp_path / "brew", WORKS)
    _, dnf, brew = browser.install_commands({"PATH": str(tmp_path)}, is_root=False)
    assert dnf[0][:2] == ["sudo", "--non-interactive"]
    assert brew[0][0] == str(tmp_path / "brew")


def test_a_package_manager_that_fails_is_no_end(
    browser: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "bin" / "apt-get", BROKEN)
    chromium = tmp_path / "bin" / "chromium"
    executable(tmp_path / "bin" / "dnf", f"#!/bin/sh\ncp {tmp_path}/new {chromium}\n")
    executable(tmp_path / "new", WORKS)
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    found = browser.install({"PATH": str(tmp_path / "bin")}, tmp_path, is_root=True)
    assert found == chromium


def test_no_browser_and_no_way_to_get_one_is_said_plainly(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, ROOT / "scripts/find_browser.py"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if Path("/Applications").exists() and finished.returncode == 0:
        pytest.skip("a browser of this Mac was found")
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert "Install one" in finished.stderr
    assert "CHROME_PATH" in finished.stderr


# --- human speech ---------------------------------------------------------------------------------


def test_every_human_recording_has_a_transcript(human_speech: Path) -> None:
    recordings = sorted(path.stem for path in human_speech.glob("*.wav"))
    assert recordings == sorted(path.stem for path in human_speech.glob("*.txt"))
    assert len(recordings) == 11
    words = (human_speech / "librivox-0880.txt").read_text()
    assert words == "he was not an ill disposed young man\n"
