#!/usr/bin/env python3
"""Print the path of Chromium or Chrome; with ``--install``, install it where there is none.

Looked at, in this order: ``CHROME_PATH``, the commands on the ``PATH``, the applications folder of
macOS, Playwright's own cache. A browser counts only if it can say its version.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PLAYWRIGHT_CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright")
PLAYWRIGHT_BROWSERS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
PACKAGE_MANAGERS = {
    "apt-get": (["update", "-q"], ["install", "-y", "-q", "chromium"]),
    "dnf": (["install", "-y", "chromium"],),
    "zypper": (["--non-interactive", "install", "chromium"],),
    "pacman": (["-Sy", "--noconfirm", "chromium"],),
    "apk": (["add", "chromium"],),
    "brew": (["install", "--cask", "google-chrome"],),
}
INSTALL_TIMEOUT_S = 600
HOW_TO_GET_ONE = (
    "The tests need Chromium or Chrome, and none was found. Install one (on Debian and Ubuntu:"
    " sudo apt install chromium), or set CHROME_PATH to the path of one."
)


def candidates(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Where a browser may be, the preferred places first."""
    if "CHROME_PATH" in environ:
        yield Path(environ["CHROME_PATH"])
    for command in COMMANDS:
        if found := shutil.which(command, path=environ.get("PATH", "")):
            yield Path(found)
    yield from map(Path, MACOS_APPLICATIONS)
    own = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for cache in [Path(own)] if own else [home / cache for cache in PLAYWRIGHT_CACHES]:
        for pattern in PLAYWRIGHT_BROWSERS:
            yield from sorted(cache.glob(pattern), reverse=True)


def works(browser: Path) -> bool:
    """Whether it starts; the ``chromium-browser`` of some systems only tells how to install it."""
    try:
        finished = subprocess.run(
            [browser, "--version"], capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return finished.returncode == 0


def find(environ: Mapping[str, str], home: Path) -> Path | None:
    """The first browser that works, if any."""
    return next(filter(works, candidates(environ, home)), None)


def install_commands(environ: Mapping[str, str], is_root: bool) -> Iterator[list[list[str]]]:
    """Ways to install a browser, each a list of commands, the one to try first coming first."""
    yield [[sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]]
    for manager, steps in PACKAGE_MANAGERS.items():
        if path := shutil.which(manager, path=environ.get("PATH", "")):
            needs_sudo = not is_root and manager != "brew"
            prefix = ["sudo", "--non-interactive"] if needs_sudo else []
            yield [[*prefix, path, *step] for step in steps]


def run(commands: list[list[str]]) -> None:
    """Run the commands one after the other until one fails; their words go to standard error."""
    for command in commands:
        print("+", *command, file=sys.stderr, flush=True)
        try:
            subprocess.run(command, check=True, stdout=sys.stderr, timeout=INSTALL_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError) as error:
            print(error, file=sys.stderr)
            return


def install(environ: Mapping[str, str], home: Path, is_root: bool) -> Path | None:
    """Try the ways to install a browser until one is there; return it."""
    print("No Chromium or Chrome found: installing one ...", file=sys.stderr)
    for commands in install_commands(environ, is_root):
        run(commands)
        if browser := find(environ, home):
            return browser
    return None


def require() -> Path:
    """The first browser that works; ends the program where there is none."""
    if browser := find(os.environ, Path.home()):
        return browser
    sys.exit(HOW_TO_GET_ONE)


def main(arguments: list[str]) -> int | str:
    """Print the browser's path; else return the sentence to exit with."""
    browser = find(os.environ, Path.home())
    if browser is None and "--install" in arguments:
        browser = install(os.environ, Path.home(), is_root=os.geteuid() == 0)
    if browser is None:
        return HOW_TO_GET_ONE
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
