"""Every line and branch of `crmsync_desktop.domain` is reached by its plain tests, without the generated ones' luck."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("test_invariants.py", "test_seeded_mistakes.py", "test_census.py", Path(__file__).name)


def test_the_domains_tests_reach_every_branch(tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    (tmp_path / "coveragerc").write_text("[run]\nbranch = true\n", encoding="utf-8")
    # A coverage run around this one must not mix with it.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}
    command = [sys.executable, "-m", "pytest", "tests/domain", "-q", "-p", "no:cacheprovider", "--no-header"]
    command += [f"--ignore=tests/domain/{name}" for name in GENERATED]
    command += [
        "--cov=crmsync_desktop.domain",
        f"--cov-config={tmp_path / 'coveragerc'}",
        f"--cov-report=json:{report}",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env={**env, "COVERAGE_FILE": str(tmp_path / "data")}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    missed = {
        name: (each["missing_lines"], each["missing_branches"])
        for name, each in found["files"].items()
        if each["missing_lines"] or each["missing_branches"]
    }
    assert not missed
    measured = {Path(name).name for name in found["files"]}
    assert measured == {path.name for path in (ROOT / "crmsync_desktop" / "domain").glob("*.py")}
