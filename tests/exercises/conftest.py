import sys
from pathlib import Path

import pytest

# What several of these tests share is a module beside them.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def progress_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))
