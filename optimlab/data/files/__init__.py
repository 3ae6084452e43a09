"""The files that come with the package; README.md beside them says what they are and how they were made."""

from importlib import resources

import numpy as np


def load(name):
    """The arrays of one of the stored .npz files, by name."""
    with resources.files(__name__).joinpath(name).open("rb") as file, np.load(file) as stored:
        return {key: stored[key] for key in stored.files}


def lines(name):
    """The lines of one of the stored text files, without the heading."""
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()[1:]
