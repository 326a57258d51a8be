"""The bench runner: finds benches, bounds their time, writes the report."""

from __future__ import annotations

import datetime
import io
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import run
from tests.bench.figure import Figure

FIGURE = Figure("state written", 1234567.0, "rows/s", "≥ 0.9 ×", "raw | sqlite3", 0.95, True, "WAL")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package for benches of the test's own."""
    folder = tmp_path / "some_benches"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("some_benches")]:
        del sys.modules[name]


def test_benches_are_found_by_file_name(package: Path) -> None:
    for name in ("bench_b.py", "bench_a.py", "figure.py", "test_bench_x.py"):
        (package / name).touch()
    assert run.discover(package) == ["a", "b"]


def test_bench_that_takes_hours_runs_only_where_it_is_named(package: Path) -> None:
    (package / "bench_hours.py").write_text("ON_REQUEST = True\nLIMIT_SECONDS = 7200.0\n")
    (package / "bench_minutes.py").write_text("LIMIT_SECONDS = 120.0\n")
    assert run.on_request("hours", "some_benches")
    assert not run.on_request("minutes", "some_benches")
    assert [name for name in run.discover() if run.on_request(name)] == ["simulation"]


def test_bench_is_measured_in_a_process_of_its_own(package: Path) -> None:
    (package / "bench_own.py").write_text(
        "import os\nfrom tests.bench.figure import Figure\n"
        "def bench():\n    print('noise')\n    return [Figure('process', os.getpid(), '', holds=None, ratio=0.5)]\n"
    )
    (figure,) = run.measure("own", "some_benches")
    assert figure.name == "process"
    assert figure.ratio == 0.5
    assert figure.value != os.getpid()


def test_bench_that_does_not_end_is_ended_with_what_it_started(package: Path, tmp_path: Path) -> None:
    started = tmp_path / "pid"
    code = f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    (package / "bench_slow.py").write_text(
        "import subprocess, sys, time\nLIMIT_SECONDS = 1.5\n"
        f"def bench():\n    subprocess.Popen([sys.executable, '-c', {code!r}])\n    time.sleep(60)\n"
    )
    with pytest.raises(run.NotMeasured, match=r"didn't end within 1\.5 s"):
        run.measure("slow", "some_benches")
    state = Path("/proc", started.read_text(), "stat")
    if sys.platform.startswith("linux"):  # elsewhere there is no telling without another package
        deadline = time.monotonic() + 10  # a killed process is told apart only once the kernel has got to it
        while not ended(state):
            assert time.monotonic() < deadline, "what the bench started still runs"
            time.sleep(0.02)


def ended(state: Path) -> bool:
    """Whether the process of this /proc/PID/stat is gone, or ended and not yet waited for (Z)."""
    try:
        return state.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_bench_that_fails_is_not_measured(package: Path) -> None:
    (package / "bench_bad.py").write_text("def bench():\n    raise ValueError('no')\n")
    with pytest.raises(run.NotMeasured, match="exit status 1"):
        run.measure("bad", "some_benches")


def test_report_has_a_table_for_each_bench_and_says_what_was_not_measured() -> None:
    text = run.report({"state": [FIGURE], "first_paint": "ended with exit status 1"}, datetime.date(2026, 1, 2))
    assert "on 2026-01-02" in text
    assert "## State\n" in text
    assert "| state written | 1,234,567 rows/s | ≥ 0.9 × | ✓ | raw \\| sqlite3 | 0.95 × | WAL |" in text
    assert "## First paint\n\nNot measured: ended with exit status 1." in text


def test_report_describes_the_machine_without_naming_it() -> None:
    text = "\n".join(run.machine())
    assert "cores" in text
    assert f"Python {sys.version_info[0]}.{sys.version_info[1]}" in text
    assert socket.gethostname() not in text
    assert "/" not in text.replace("PySide6", "")


def test_table_shows_every_cell() -> None:
    told = io.StringIO()
    run.show(Console(file=told, width=160), "state", [FIGURE])
    for cell in run.row(FIGURE):
        assert cell in told.getvalue()


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234567.0, "1,234,567"), (99.96, "100"), (12.345, "12.3"), (0.00012, "1.20e-04")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert run.number(value) == text


def test_unknown_bench_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["no_such_bench"]) == 2
    assert "there is no bench called no_such_bench" in capsys.readouterr().err
