"""The repository's rules hold here, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.repository import LIMIT, RULES, addresses, lock, names, sizes

ROOT = Path(__file__).resolve().parents[2]
HASH = "--hash=sha256:" + "0" * 64
PROJECT = '[project]\ndependencies = ["Faker>=37"]\n[dependency-groups]\ndev = ["types_requests"]\n'
GOOD_LOCK = (
    f"faker==1.2 \\\n    {HASH}\n    # via crmsync-desktop\ntypes-requests==2 ; python_version < '4' \\\n    {HASH}\n"
)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_holds_in_this_repository(rule: Callable[[Path], list[str]]) -> None:
    assert [finding for finding in rule(ROOT) if not finding.startswith("note: ")] == []


def test_file_past_the_limit_is_found_and_one_past_the_guideline_only_told(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * (LIMIT + 1))
    (tmp_path / "large.py").write_text("x = 1\n" * LIMIT)
    (tmp_path / "dev").write_text("x = 1\n" * (LIMIT + 2))
    assert sizes(tmp_path) == [
        "dev: 402 lines, the limit is 400",
        "long.py: 401 lines, the limit is 400",
        "note: past 350 lines: large.py 400",
    ]


def test_module_or_package_with_an_empty_name_is_found(tmp_path: Path) -> None:
    for name in ("a/utils.py", "helpers/b.py", "a/record_manager.py", "a/Common.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert names(tmp_path) == [
        "a/Common.py: 'Common' doesn't say what it is for",
        "a/utils.py: 'utils' doesn't say what it is for",
        "helpers/b.py: 'helpers' doesn't say what it is for",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'ROOT = "' + "/" + 'home/ada/crmsync"',
        "see " + "/" + "tmp/out.txt",
        "C:\\" + "Users\\ada",
        "https://py" + "pi.org/project/x",
        "https://files.python" + "hosted.org/x",
        "--extra-index" + "-url https://example.org",
        "https://us-python.pkg" + ".dev/x",
    ],
)
def test_path_or_index_address_of_one_machine_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "notes.md").write_text(f"first\n{line}\n")
    assert [finding.split(":")[:2] for finding in addresses(tmp_path)] == [["notes.md", "2"]]


@pytest.mark.parametrize(
    "line", ["https://login.example.com/home/page", "{org}/home/x", "a/tmp/b", "/services/data/v60.0"]
)
def test_path_of_a_web_address_is_not_a_machine_path(tmp_path: Path, line: str) -> None:
    (tmp_path / "notes.md").write_text(line)
    assert addresses(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (GOOD_LOCK, None),
        (GOOD_LOCK.replace("faker==1.2", "faker>=1.2"), "faker isn't pinned"),
        (GOOD_LOCK.replace(HASH, "# none", 1), "faker has no hash"),
        (GOOD_LOCK.replace("types-requests", "types-other"), "lacks types-requests"),
        ("--index" + "-url https://example.org/x\n" + GOOD_LOCK, "names where packages come from"),
        (GOOD_LOCK + f"mine @ https://example.org/m.whl \\\n    {HASH}\n", "names where packages come from"),
    ],
)
def test_lock_file_out_of_step_or_without_hashes_is_found(tmp_path: Path, text: str, finding: str | None) -> None:
    (tmp_path / "requirements.lock").write_text(text)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    found = lock(tmp_path)
    assert found == [] if finding is None else any(finding in line for line in found)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_files_git_ignores_are_left_out(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("built/\n")
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "utils.py").touch()
    (tmp_path / "utils.py").touch()
    assert names(tmp_path) == ["utils.py: 'utils' doesn't say what it is for"]


def test_without_git_build_products_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for folder in (".venv/lib", "dist", "src"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "utils.py").touch()
    assert names(tmp_path) == ["src/utils.py: 'utils' doesn't say what it is for"]
