"""The versions that requirements.lock pins are ones that pyproject.toml allows, for every Python it names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.repository import locked_requirements

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = {"linux": ("posix", "Linux"), "win32": ("nt", "Windows"), "darwin": ("posix", "Darwin")}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_locked_versions_satisfy_the_project(python: str, platform: str) -> None:
    os_name, system = PLATFORMS[platform]
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    environment |= {"sys_platform": platform, "os_name": os_name, "platform_system": system}
    pinned: dict[str, list[str]] = {}
    for _, block in locked_requirements((ROOT / "requirements.lock").read_text()):
        requirement = Requirement(block.split(" \\")[0])
        if requirement.marker is None or requirement.marker.evaluate(environment):
            version = str(requirement.specifier).removeprefix("==")
            pinned.setdefault(canonicalize_name(requirement.name), []).append(version)
    assert {name: versions for name, versions in pinned.items() if len(versions) > 1} == {}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [Requirement(text) for text in project["project"]["dependencies"] + project["dependency-groups"]["dev"]]
    applying = [r for r in wanted if r.marker is None or r.marker.evaluate(environment)]
    assert len(applying) >= 30
    for requirement in applying:
        (version,) = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"
