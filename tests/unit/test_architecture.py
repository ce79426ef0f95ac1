"""The shape of the code: imports point one way, pure modules stay pure, nothing grows too large."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "vivavoz"

GROUND = {"errors", "settings", "session.entities"}
MAY_IMPORT = {
    "errors": set[str](),
    "settings": {"session.entities"},
    "session": GROUND,
    "audio": GROUND,
    "vad": GROUND,
    "recognition": GROUND | {"session", "audio", "vad"},
    "engines": GROUND | {"recognition"},
    "history": GROUND | {"session"},
    "runtime": GROUND | {"session", "audio", "vad", "recognition"},
    "transports": GROUND | {"session", "runtime", "history", "web"},
    "logs": GROUND,
    "privacy": set[str](),
    "app": GROUND
    | {"session", "vad", "recognition", "engines", "history", "runtime", "transports"}
    | {"logs", "web"},
    "benchmark": GROUND | {"session", "audio", "vad", "recognition"},
    "client": {"errors", "session"},
    "cli": GROUND
    | {"session", "audio", "vad", "recognition", "engines", "history", "runtime"}
    | {"app", "benchmark", "client", "logs", "privacy"},
    "web": GROUND,
    "__main__": {"cli"},
}
"""What each package or module may import besides itself."""

PURE = (
    "errors",
    "session.*",
    "audio.buffer",
    "audio.formats",
    "audio.levels",
    "audio.pcm",
    "audio.quality",
    "vad.frames",
    "vad.segmenter",
    "recognition.*",
    "benchmark.score",
    "client.backlog",
    "client.buffer",
    "client.heartbeat",
    "client.journal",
    "client.link",
    "client.protocol",
    "client.raw_pcm",
    "client.transcript",
)
PURE_DEPENDENCIES = {"numpy", "pydantic"}
NO_IO_NO_CLOCK = set(sys.stdlib_module_names) - {
    "asyncio",
    "concurrent",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "sched",
    "secrets",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50  # without the signature: a command's options are declared in it

WORDS_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.*~}])/(?:home|Users|root|work|opt)/\w")
SHIPPED_TEXT = ("src/**/*", "docs/**/*", "scripts/*", "benchmarks/*", "*.md", "*.toml", "*.lock")


def name_of(file: Path) -> str:
    """The module's dotted name without the leading ``vivavoz.``; empty for the package itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {name_of(file): file for file in FILES if file != PACKAGE / "__init__.py"}
PYTHON = sorted([*FILES, *ROOT.glob("scripts/*.py"), *ROOT.glob("benchmarks/**/*.py")])
CODE = [*PYTHON, *sorted(PACKAGE.rglob("*.js"))]


def path_id(file: Path) -> str:
    """How a file is named in a test's id."""
    return file.relative_to(ROOT).as_posix()


def imports(file: Path) -> Iterator[str]:
    """Dotted names of all that a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path_id(file)}:{node.lineno} imports relatively"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole.removeprefix("vivavoz.") in MODULES else node.module


def own_imports(file: Path) -> set[str]:
    """The modules of ours that a module imports."""
    found = {name for name in imports(file) if name.split(".")[0] == "vivavoz"}
    return {name.removeprefix("vivavoz").removeprefix(".") for name in found} - {""}


def is_within(module: str, packages: set[str]) -> bool:
    """Whether a module is one of the packages or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_pure(module: str) -> bool:
    """Whether a module promises to be free of I/O, threads and clocks."""
    packages = {pattern.removesuffix(".*") for pattern in PURE if pattern.endswith(".*")}
    return module in PURE or is_within(module, packages)


PURE_MODULES = [module for module in MODULES if is_pure(module)]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    package = module.split(".")[0]
    allowed = MAY_IMPORT[package] | {package}
    wrong = {name for name in own_imports(MODULES[module]) if not is_within(name, allowed)}
    assert not wrong, f"{module} must not import {sorted(wrong)}; {package} may import {allowed}"


def test_no_module_imports_itself_through_others() -> None:
    graph = {module: own_imports(file) & MODULES.keys() for module, file in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("module", PURE_MODULES)
def test_pure_modules_know_no_io_and_no_clock(module: str) -> None:
    ours = own_imports(MODULES[module])
    impure = {name for name in ours if not is_pure(name) and name not in GROUND}
    foreign = {name.split(".")[0] for name in imports(MODULES[module])} - {"vivavoz"}
    assert not impure, f"{module} is pure but imports {sorted(impure)}"
    assert not foreign - NO_IO_NO_CLOCK - PURE_DEPENDENCIES


@pytest.mark.parametrize("module", PURE_MODULES)
def test_pure_modules_read_no_clock_and_open_no_file(module: str) -> None:
    if module == "session.entities":
        return  # utc_now is the default of the times that a server stamps
    calls = [
        node.func
        for node in ast.walk(ast.parse(MODULES[module].read_text()))
        if isinstance(node, ast.Call)
    ]
    names = {
        call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls
    }
    assert not names & {"now", "utcnow", "today", "utc_now", "open", "print", "input"}


@pytest.mark.parametrize("pattern", PURE)
def test_the_list_of_pure_modules_names_modules_that_exist(pattern: str) -> None:
    assert [name for name in MODULES if name == pattern.removesuffix(".*")]


@pytest.mark.parametrize("file", CODE, ids=path_id)
def test_files_stay_small(file: Path) -> None:
    lines = len(file.read_text().splitlines())
    assert lines <= MAX_FILE_LINES


@pytest.mark.parametrize("file", PYTHON, ids=path_id)
def test_functions_stay_small(file: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {f.name: (f.end_lineno or 0) - f.body[0].lineno + 1 for f in functions}
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES}


@pytest.mark.parametrize("module", MODULES)
def test_names_say_what_a_module_is_about(module: str) -> None:
    assert not set(re.split(r"[._]", module)) & WORDS_THAT_SAY_NOTHING


@pytest.mark.parametrize("pattern", SHIPPED_TEXT)
def test_nothing_names_a_path_of_one_machine(pattern: str) -> None:
    for file in filter(Path.is_file, ROOT.glob(pattern)):
        if file.suffix in {".pyc", ".png"}:
            continue
        found = PATH_OF_A_MACHINE.search(file.read_text())
        assert found is None, f"{path_id(file)}: {found}"
