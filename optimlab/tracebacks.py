"""In a notebook, what we say about bad input ends at the learner's own line, not inside our files."""

import sys
from pathlib import Path
from types import TracebackType

OURS = str(Path(__file__).parent)
SAID = (ValueError, TypeError)


def shorten():
    """Inside IPython, show the ValueError and TypeError that our code raises without our frames.

    Whatever else goes wrong, in the learner's code or in ours, keeps its whole traceback.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc(SAID, _show)


def _show(shell, kind, error, trace, tb_offset=None):
    shell.showtraceback((kind, error, theirs(trace)), tb_offset=tb_offset)


def theirs(trace):
    """The traceback up to the call into our code, if it ends there; else all of it."""
    calls = []
    while trace is not None:
        calls.append(trace)
        trace = trace.tb_next
    if not _is_ours(calls[-1]):
        return calls[0]
    while calls and _is_ours(calls[-1]):
        calls.pop()
    shown = None
    for call in reversed(calls):
        shown = TracebackType(shown, call.tb_frame, call.tb_lasti, call.tb_lineno)
    return shown


def _is_ours(call):
    return call.tb_frame.f_code.co_filename.startswith(OURS)
