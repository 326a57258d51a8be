"""Rules about the repository's files, one command each: `python -m tests.architecture.repository RULE`.

`./dev check` runs them; tests/architecture/test_repository.py shows that each can fail. A rule is a function from the
repository's folder to a list of findings; one that starts with "note: " is told, and isn't a failure.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

GUIDELINE = 350
"""Lines of a Python file past which it should be thinking of a split."""
LIMIT = 400
"""Lines of a Python file past which it fails."""
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"})
"""Module names that say nothing about what the module is for."""

NOT_OURS = re.compile(r"\.git|\.venv|\..*_cache|\.hypothesis|__pycache__|.*\.egg-info|dist|build")
"""Folders that git ignores, for a machine without git."""

# Written in pieces, so that this file doesn't find itself. A path counts where a name doesn't go on to its left,
# so that the path of a URL isn't one.
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.:/\-}>])/(?:" + "|".join(("home", "Users", "root", "work", "tmp", "opt", "mnt")) + r")/[\w.]"
    ),
    "a Windows user's path": re.compile(r"\b[A-Z]:\\{1,2}" + "Users" + r"\\"),
    "the address of a package index": re.compile(
        "|".join(
            re.escape(part.replace("~", ""))
            for part in ("py~pi.org", "python~hosted.org", "pkg~.dev", "artifact~ory", "registry.n~pmjs", "/sim~ple/")
        )
    ),
    "an option naming a package index": re.compile(r"--(?:extra-)?index" + r"-url[ =]|--find" + r"-links[ =]"),
}


def tracked_files(root: Path) -> list[Path]:
    """The files git knows, and new ones it doesn't ignore, as paths below `root`; without git, all but NOT_OURS."""
    git = shutil.which("git")
    command = [git or "", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True) if git else None
    if listed is not None and listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        below = [path.relative_to(root) for path in root.rglob("*")]
        names = [p.as_posix() for p in below if not any(NOT_OURS.fullmatch(part) for part in p.parts)]
    return sorted(Path(name) for name in names if (root / name).is_file())


def is_python(path: Path) -> bool:
    return path.suffix == ".py" or path.as_posix() == "dev"


def sizes(root: Path) -> list[str]:
    """Python files past LIMIT lines fail; those past GUIDELINE are told."""
    findings, large = [], []
    for path in filter(is_python, tracked_files(root)):
        lines = (root / path).read_bytes().count(b"\n")
        if lines > LIMIT:
            findings.append(f"{path}: {lines} lines, the limit is {LIMIT}")
        elif lines > GUIDELINE:
            large.append(f"{path} {lines}")
    return findings + ([f"note: past {GUIDELINE} lines: {', '.join(large)}"] if large else [])


def names(root: Path) -> list[str]:
    """Modules and packages whose name doesn't say what they are for."""
    return [
        f"{path}: {part!r} doesn't say what it is for"
        for path in filter(is_python, tracked_files(root))
        for part in path.with_suffix("").parts
        if part.lower() in EMPTY_NAMES
    ]


def addresses(root: Path) -> list[str]:
    """Paths of one machine and addresses of package indexes; binary files are left out."""
    findings = []
    for path in tracked_files(root):
        content = (root / path).read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            findings += [f"{path}:{number}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(line)]
    return findings


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    match = re.match(r"\s*([A-Za-z0-9][\w.\-]*)", requirement)
    assert match is not None, requirement
    return normalised(match[1])


def locked_requirements(text: str) -> Iterator[tuple[str, str]]:
    """(name, its whole block) for each requirement of a lock file."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if re.match(r"[A-Za-z0-9]", block):
            yield requirement_name(block), block


def lock(root: Path) -> list[str]:
    """Every requirement pinned and hashed, and every dependency that pyproject.toml names is there."""
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {requirement_name(r) for r in project["project"]["dependencies"]}
    wanted |= {requirement_name(r) for group in project["dependency-groups"].values() for r in group}
    findings, found = [], set()
    for name, block in locked_requirements(text):
        found.add(name)
        if not re.match(r"[\w.\-]+==\S+", block):
            findings.append(f"requirements.lock: {name} isn't pinned to one version")
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block):
            findings.append(f"requirements.lock: {name} has no hash")
    findings += [
        f"requirements.lock lacks {name}, which pyproject.toml names: ./dev lock" for name in sorted(wanted - found)
    ]
    findings += [
        f"requirements.lock:{number}: names where packages come from; that is each machine's own choice"
        for number, line in enumerate(text.splitlines(), start=1)
        if "://" in line or line.startswith(("-", "@"))
    ]
    return findings


RULES: dict[str, Callable[[Path], list[str]]] = {
    "sizes": sizes,
    "names": names,
    "addresses": addresses,
    "lock": lock,
}


def main() -> int:
    findings = RULES[sys.argv[1]](Path(__file__).resolve().parents[2])
    print("\n".join(findings))
    return any(not finding.startswith("note: ") for finding in findings)


if __name__ == "__main__":
    sys.exit(main())
