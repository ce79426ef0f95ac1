"""The table in docs/reliability.md is that of this suite."""

from tests.faults.report import PAGE, FaultReport, faults_of_suite, rows_of


def test_every_fault_has_a_row_and_every_row_a_fault() -> None:
    assert rows_of(PAGE.read_text(encoding="utf-8")) == faults_of_suite()


def test_other_plugins_may_keep_the_report_in_a_set() -> None:
    report = FaultReport()
    assert len({report, FaultReport()}) == 2
