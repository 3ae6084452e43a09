"""The code keeps to the style that pyproject.toml names."""

import subprocess
import sys
from pathlib import Path


def test_ruff_finds_nothing():
    root = Path(__file__).parents[1]
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", root]
    done = subprocess.run(ruff, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
