"""A pytest plugin that writes the table of docs/reliability.md; ``make chaos`` loads it.

Only a run in which every fault was tried and survived changes the page.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_FAULT = re.compile(r'pytest\.mark\.fault\(\s*"([^"]+)"\s*\)')
BEGIN, END = "<!-- faults, by make chaos -->", "<!-- faults end -->"


@dataclass(eq=False)  # other plugins keep plugins in sets
class FaultReport:
    """Collects what the tests recorded, wherever they ran."""

    outcomes: dict[str, dict[str, None]] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    failed: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test has ended."""
        self.failed |= report.failed
        properties = report.user_properties
        faults = [str(value) for name, value in properties if name == "fault"]
        if report.when != "teardown" or not faults:
            return
        (fault,) = faults
        self.runs[fault] = self.runs.get(fault, 0) + 1
        seen = self.outcomes.setdefault(fault, {})
        seen.update({str(value): None for name, value in properties if name == "outcome"})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Everything ran."""
        if hasattr(session.config, "workerinput") or self.failed or not self.outcomes:
            return
        if set(self.outcomes) == set(faults_of_suite()):
            self.write()

    def write(self) -> None:
        """Put the table in its place."""
        head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        _, tail = rest.split(END)
        PAGE.write_text(f"{head}{BEGIN}\n\n{self.table()}\n\n{END}{tail}", encoding="utf-8")

    def table(self) -> str:
        """The faults in the order of the suite."""
        order = faults_of_suite()
        rows = ["| fault | tried | outcome |", "|---|---|---|"]
        rows += [
            f"| {fault} | {self.runs[fault]} | {'; '.join(self.outcomes[fault])} |"
            for fault in sorted(self.outcomes, key=order.index)
        ]
        return "\n".join(rows)


def faults_of_suite() -> list[str]:
    """The names in the ``fault`` markers of all tests here, in order."""
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    names = (name for file in files for name in _FAULT.findall(file.read_text(encoding="utf-8")))
    return list(dict.fromkeys(names))


def rows_of(page: str) -> list[str]:
    """The faults that the page's table names."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    return rows[2:]


def pytest_configure(config: pytest.Config) -> None:
    """Loaded with ``-p``."""
    config.pluginmanager.register(FaultReport(), "fault-report")
