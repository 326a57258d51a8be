"""The import contracts of .importlinter hold, and each of them is noticed when it is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"
OWN_ROOMS = ("ui", "app", "engine", "ports", "domain")
ADAPTERS = ("salesforce", "hubspot", "limits", "store", "secrets", "ipc")

# (contract, room of the importing module, what it imports)
VIOLATIONS = [
    ("layers", "domain", "crmsync_desktop.ports"),
    ("layers", "domain", "crmsync_desktop.app"),
    ("layers", "ports", "crmsync_desktop.engine"),
    ("layers", "engine", "crmsync_desktop.app"),
    ("layers", "app", "crmsync_desktop.ui"),
    ("layers", "ui", "crmsync_desktop.bootstrap"),
    ("layers", "ui", "crmsync_desktop.practice"),
    ("layers", "ui", "crmsync_desktop.cli"),
    ("adapters-import", "adapters.store", "crmsync_desktop.engine"),
    ("adapters-import", "adapters.store", "crmsync_desktop.app.views"),
    ("adapters-import", "adapters.hubspot", "crmsync_desktop.ui"),
    ("adapters-import", "adapters.limits", "crmsync_desktop.practice"),
    ("adapters-import", "adapters.ipc", "crmsync_desktop.app.intruded"),
    ("adapters-import", "adapters.ipc", "crmsync_desktop.engine"),
    *[("adapters-independent", f"adapters.{name}", "crmsync_desktop.adapters.store") for name in ADAPTERS[:3]],
    ("adapters-independent", "adapters.store", "crmsync_desktop.adapters.secrets"),
    *[("adapters-private", room, "crmsync_desktop.adapters.store") for room in OWN_ROOMS],
    *[("practice-private", room, "crmsync_desktop.practice") for room in ("ui", "engine", "adapters.hubspot")],
    *[("practice-foreign", "practice", f"crmsync_desktop.{room}") for room in OWN_ROOMS],
    ("practice-foreign", "practice", "crmsync_desktop.adapters.hubspot"),
    ("qt", "app", "PySide6.QtCore"),
    ("qt", "adapters.ipc", "PySide6"),
    ("qt", "engine", "qasync"),
    ("salesforce-client", "adapters.hubspot", "simple_salesforce"),
    ("salesforce-client", "engine", "simple_salesforce.exceptions"),
    ("hubspot-client", "adapters.salesforce", "hubspot"),
    ("database", "engine", "sqlmodel"),
    ("database", "adapters.secrets", "sqlalchemy.orm"),
    ("database", "practice", "alembic"),
    ("keyring", "adapters.store", "keyring"),
    ("spreadsheets", "adapters.store", "openpyxl"),
    ("light-window", "ui", "sqlmodel"),
    ("pure-domain", "domain", "asyncio"),
    ("pure-domain", "domain", "urllib3.util"),
    ("pure-domain", "domain", "sqlite3"),
]

ALLOWED = [
    ("bootstrap", "crmsync_desktop.adapters.store"),
    ("bootstrap", "crmsync_desktop.practice"),
    ("ui", "PySide6.QtWidgets"),
    ("ui", "crmsync_desktop.app.views"),
    ("adapters.ipc", "crmsync_desktop.app.views"),
    ("adapters.ipc", "crmsync_desktop.app.facade"),
    ("adapters.store", "sqlmodel"),
    ("adapters.store", "crmsync_desktop.ports"),
    ("adapters.secrets", "keyring"),
    ("adapters.sheets", "openpyxl"),
    ("adapters.salesforce", "crmsync_desktop.domain"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be broken."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "crmsync_desktop", tmp_path / "crmsync_desktop", ignore=ignore)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (tmp_path / "crmsync_desktop" / "app" / "intruded.py").touch()
    return tmp_path


def lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", *arguments]
    wide = {**os.environ, "COLUMNS": "300"}  # a narrow one breaks lines in two
    return subprocess.run(command, cwd=tree, env=wide, capture_output=True, text=True, timeout=100)


def add_import(tree: Path, room: str, imported: str) -> str:
    """Makes a new module in `room` (or adds to the module `room`) that imports; returns its dotted name."""
    place = tree / "crmsync_desktop" / room.replace(".", "/")
    module = place / "intruder.py" if place.is_dir() else place.with_suffix(".py")
    with module.open("a") as file:
        file.write(f"\nimport {imported}\n")
    return ".".join(module.relative_to(tree).with_suffix("").parts)


def test_contracts_hold_for_the_package_as_it_is(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "room", "imported"), VIOLATIONS)
def test_contract_is_broken_by_one_import(tree: Path, contract: str, room: str, imported: str) -> None:
    intruder = add_import(tree, room, imported)
    done = lint(tree, "--contract", contract)
    package = imported if imported.startswith("crmsync_desktop") else imported.split(".")[0]
    assert done.returncode == 1
    assert "Contracts: 0 kept, 1 broken." in done.stdout, done.stdout
    assert f"{intruder} -> {package} (l." in done.stdout


def test_imports_that_the_rooms_allow_break_nothing(tree: Path) -> None:
    for room, imported in ALLOWED:
        add_import(tree, room, imported)
    done = lint(tree)
    assert done.returncode == 0, done.stdout


def test_new_package_without_a_place_in_the_layers_is_noticed(tree: Path) -> None:
    (tree / "crmsync_desktop" / "extras").mkdir()
    (tree / "crmsync_desktop" / "extras" / "__init__.py").touch()
    done = lint(tree, "--contract", "layers")
    assert done.returncode == 1
    assert "crmsync_desktop.extras" in done.stdout


def test_every_folder_with_code_is_a_package_that_the_contracts_can_see() -> None:
    folders = {path.parent for path in (ROOT / "crmsync_desktop").rglob("*.py")}
    assert len(folders) >= 10
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
