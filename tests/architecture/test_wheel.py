"""The product also works from an installed wheel, with its templates, styles and migrations inside."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW_SIGN_IN = """
import tempfile
from pathlib import Path
from flask_migrate import upgrade
from app.config import Settings
from app.wiring import ROOT, build_app

folder = Path(tempfile.mkdtemp())
app = build_app(Settings(data_dir=folder, background=False))
with app.app_context():
    upgrade()
page = app.test_client().get("/sign-in")
print(page.status_code, ROOT, "/static/dist/" in page.text)
"""


@pytest.mark.slow
def test_a_page_is_rendered_from_an_installed_wheel(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        wheel.extractall(tmp_path / "installed")

    shown = subprocess.run(
        [sys.executable, "-c", SHOW_SIGN_IN],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "installed")}, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.split()[0] == "200"
    assert "_bundled" in shown.stdout
    assert shown.stdout.split()[-1] == "True"
    assert not [name for name in names if "node_modules" in name]
