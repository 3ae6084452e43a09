"""A folder of hand-ins."""

import pytest
from nbformat import v4


@pytest.fixture
def hand_in(tmp_path):
    """Writes a notebook as NAME.ipynb into a folder for hand-ins; returns its path."""
    folder = tmp_path / "submitted"
    folder.mkdir()

    def write(name, made):
        path = folder / f"{name}.ipynb"
        path.write_text(made if isinstance(made, str) else v4.writes(made), encoding="utf-8")
        return path

    write.folder = folder
    return write
