"""Answers of many styles, collected for a parametrised test: right ones, and wrong ones with their cause."""

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


def mistaken():
    """A list of parameters (id, mistake, answer), and the decorator `wrong(id, mistake)` that fills it.

    `mistake` is the id that the check has to find, or None where it has no name for the cause.
    """
    found = []

    def wrong(id, mistake):
        def add(answer):
            found.append(pytest.param(id, mistake, answer, id=f"{id}-{answer.__name__}"))
            return answer

        return add

    return found, wrong
