"""A pytest plugin: writes what nbval found in each code cell to the JSON file named by OPTIMLAB_OUTCOMES."""

import json
import os

import pytest

_outcomes = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if hasattr(item, "cell_num") and (call.when == "call" or call.excinfo is not None):
        # nbval expects the cells after a time-out to fail, so the report does not say what happened in them
        _outcomes[item.cell_num] = {
            "passed": call.excinfo is None,
            "error": None if call.excinfo is None else sentence(item, call.excinfo.value),
            "outputs": [output for output in item.test_outputs or [] if "text" not in output],
        }
    return report


def sentence(item, error) -> str:
    """What the cell raised in the kernel, else what nbval says."""
    raised = [output for output in item.test_outputs or [] if output.get("ename")]
    if raised and not str(error).startswith("Timeout"):
        return f"{raised[-1]['ename']}: {raised[-1]['evalue']}"
    return str(error)


def pytest_sessionfinish():
    with open(os.environ["OPTIMLAB_OUTCOMES"], "w", encoding="utf-8") as file:
        json.dump(_outcomes, file)
