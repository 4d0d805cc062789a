"""The committed scripts and styles are those that the sources build, and stay small."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
SOURCES = ("js", "css", "build.mjs", "package.json", "package-lock.json")
SECONDS_TO_BUILD = 120
STYLES_BUDGET = 12_000
SCRIPTS_BUDGET = 45_000
FIRST_SCRIPT_BUDGET = 20_000
"""Bytes after gzip: of the style sheet, of all scripts together, of what every page loads at once."""


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STATIC / "dist" / "manifest.json").read_text("utf-8"))
    return found


def packed(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / "dist" / name).read_bytes(), 9)) for name in names)


def built(name: str) -> str:
    return str(manifest()[name]["file"]).rsplit("/", 1)[-1]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_TO_BUILD, check=False
    )  # fmt: skip


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """Copy the sources and install exactly what the lock file names."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed; only those who change scripts or styles need it")
    for name in SOURCES:
        source = STATIC / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        else:
            shutil.copy(source, tmp_path / name)
    try:
        installed = run([npm, "ci", "--prefer-offline", "--no-audit", "--no-fund"], tmp_path)
    except subprocess.TimeoutExpired:
        pytest.skip("npm cannot reach its packages")
    if installed.returncode:
        pytest.skip(f"npm cannot install: {installed.stderr.strip().splitlines()[0]}")
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_committed_files_are_what_the_sources_build(workshop: Path):
    outcome = run(["npm", "run", "build"], workshop)

    assert outcome.returncode == 0, outcome.stderr
    fresh = {path.name: path.read_bytes() for path in (workshop / "dist").iterdir()}
    assert fresh == {path.name: path.read_bytes() for path in (STATIC / "dist").iterdir()}


def test_the_lock_file_names_versions_and_digests_but_no_addresses():
    packages = json.loads((STATIC / "package-lock.json").read_text("utf-8"))["packages"]
    packages.pop("")

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


def test_every_built_file_is_used():
    entries = manifest().values()
    files = {path for entry in entries for path in (entry["file"], *entry["imports"])}
    here = {path.name for path in (STATIC / "dist").iterdir()} - {"manifest.json"}

    assert here == {name.rsplit("/", 1)[-1] for name in files}


def test_styles_and_scripts_stay_small():
    scripts = [path.name for path in (STATIC / "dist").glob("*.js")]

    assert packed(built("app.css")) <= STYLES_BUDGET
    assert packed(built("app.js")) <= FIRST_SCRIPT_BUDGET
    assert packed(*scripts) <= SCRIPTS_BUDGET
