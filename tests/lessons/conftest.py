"""The lessons as they stand in lessons/, each read once."""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


@pytest.fixture(scope="session", params=LESSONS, ids=[path.stem for path in LESSONS])
def path(request):
    return request.param


@pytest.fixture(scope="session")
def lesson(path):
    return nbformat.read(path, as_version=4)
