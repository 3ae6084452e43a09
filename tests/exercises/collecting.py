"""Right answers in unusual style, collected for a parametrised test."""

import pytest


def collector():
    """A list of pytest parameters (id, answer), and the decorator `right(id)` that fills it."""
    found = []

    def right(id):
        def add(answer):
            found.append(pytest.param(id, answer, id=f"{id}-{answer.__name__}"))
            return answer

        return add

    return found, right
