from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import Settings


def test_the_secret_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data")
    first = settings.signing_key()
    assert len(first) >= 43, "256 bits"
    assert Settings(data_dir=tmp_path / "data").signing_key() == first
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _n: Settings(data_dir=tmp_path).signing_key(), range(32)))
    assert len(keys) == 1
    assert "" not in keys


def test_a_secret_key_from_the_environment_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    assert Settings(data_dir=tmp_path).signing_key() == "given"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_hosting_platform_s_database_address_is_understood(scheme: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@db/peerdesk")
    assert Settings().database_address == "postgresql+psycopg://u:p@db/peerdesk"


def test_the_embedded_database_lies_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PEERDESK_DATA_DIR", str(tmp_path))
    assert Settings().database_address == f"sqlite:///{tmp_path}/peerdesk.sqlite3"
