"""What holds for every test: the order, --fast, the browser, and the patterns that nbval leaves out."""

import os
from pathlib import Path

import pytest

import course

course.one_thread(os.environ)  # before the first test imports NumPy

ROOT = Path(__file__).parent
BROWSER, LESSONS = ROOT / "tests" / "browser", ROOT / "tests" / "lessons"
NO_BROWSER = "no Chromium, Chrome or Edge was found: `python3 course.py test` installs one where it can"


def pytest_addoption(parser):
    parser.addoption("--fast", action="store_true", help="leave out the lessons and the browser")


def pytest_configure(config):
    """Give nbval the lessons' patterns, from whichever folder pytest was called."""
    if getattr(config.option, "nbval_sanitize_with", "not installed") is None:
        config.option.nbval_sanitize_with = str(ROOT / "optimlab" / "authoring" / "sanitize.cfg")


def pytest_ignore_collect(collection_path, config):
    if config.getoption("--fast") and collection_path in (BROWSER, LESSONS):
        return True
    return None


def pytest_collect_file(file_path):
    """Look for the browser before the first of its tests is read."""
    if BROWSER in file_path.parents and os.environ.get("OPTIMLAB_CHROMIUM") != "":
        try:
            os.environ["OPTIMLAB_CHROMIUM"] = course.find_browser() or ""
        except course.Stop as stop:
            raise pytest.UsageError(str(stop)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """A process for each core; more than four would make the lessons wait for each other's memory."""
    return min(4, os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand tests out one by one, in order; those in the browser go to one process and share a JupyterLab."""
    from xdist.scheduler import LoadScopeScheduling

    class OneBrowser(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "browser" if nodeid.startswith("tests/browser/") else nodeid

    config.option.loadscopereorder = False
    return OneBrowser(config, log)


def pytest_collection_modifyitems(items):
    """Fast tests first: the library's, then those in the browser, then the lessons'."""
    items.sort(key=lambda item: (LESSONS in item.path.parents, BROWSER in item.path.parents))


def pytest_runtest_setup(item):
    if BROWSER in item.path.parents and not os.environ["OPTIMLAB_CHROMIUM"]:
        if os.environ.get("OPTIMLAB_REQUIRE_BROWSER"):
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
