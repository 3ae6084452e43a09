"""Run code that may be wrong in any way, and come back.

Everything happens in one worker thread with one deadline. When time is up the thread is ended from outside by
an asynchronous exception (`PyThreadState_SetAsyncExc`), which CPython raises in that thread at its next
bytecode that may be interrupted: the end of a loop, the start of a call. No signals are used, so it works
alike on Linux, macOS and Windows, in a notebook kernel and in a plain script. The exception is sent again until
the thread has ended, because `while True: try: ... except: pass` swallows the first ones; between two of them
the interpreter's switch interval is short, so that one of them lands outside the `try`.

What no thread can end is a single call into C that never comes back. If such a call releases the interpreter
lock (`time.sleep`), the thread is left behind and dies when the call returns.
"""

import builtins
import ctypes
import sys
import threading
import time
import warnings
from dataclasses import dataclass

DEADLINE = 5.0
PATIENCE = 2.0
KEEP_PRINTED = 2000
STACK = 16 * 1024 * 1024

_one_at_a_time = threading.Lock()
_here = threading.local()


class TimeUp(BaseException):
    """Raised in the worker when the deadline has passed."""


class Refused(Exception):
    """Raised in place of something that a checked function must not do, such as `input()`."""


@dataclass
class Outcome:
    """What came out of `run`: a value, or time ran out, or `failure` escaped from `work` itself."""

    value: object = None
    failure: BaseException | None = None
    timed_out: bool = False
    printed: str = ""


def inside():
    """True in the worker thread of a running check."""
    return getattr(_here, "job", None) is not None


def check_time():
    """Raise TimeUp if the running check has passed its deadline; it may have been swallowed once."""
    job = getattr(_here, "job", None)
    if job is not None and job.expired:
        raise TimeUp


def run(work, seconds=None):
    """Call `work()` in a worker thread, at most `seconds` long, and return an Outcome.

    What it prints is kept, up to a limit. `input()`, `exit()` and `quit()` raise there. Warnings are silent.
    Standard output, warning filters and the recursion limit are afterwards as they were.

    >>> run(lambda: 1 + 1).value
    2
    >>> run(lambda: 1 / 0).failure
    ZeroDivisionError('division by zero')
    """
    with _one_at_a_time:
        job = _Job(work, DEADLINE if seconds is None else seconds)
        recursion_limit = sys.getrecursionlimit()
        try:
            with warnings.catch_warnings(), _Doors(job):
                warnings.simplefilter("ignore")
                job.go()
        finally:
            sys.setrecursionlimit(recursion_limit)
        return job.outcome


class _Job:
    def __init__(self, work, seconds):
        self.work = work
        self.seconds = seconds
        self.outcome = Outcome()
        self.printed = _Kept()
        self.expired = False
        self.thread_id = None
        self._ended = threading.Event()
        self._sending = threading.Lock()

    def go(self):
        stack = threading.stack_size(STACK)
        try:
            worker = threading.Thread(target=self._body, name="optimlab-check", daemon=True)
            worker.start()
        finally:
            threading.stack_size(stack)
        try:
            in_time = self._ended.wait(self.seconds)
        except BaseException:
            self._end()
            raise
        if not in_time:
            self._end()
            self.outcome = Outcome(timed_out=True)
        self.outcome.printed = self.printed.text()

    def _body(self):
        _here.job = self
        self.thread_id = threading.get_ident()
        outcome = Outcome()
        try:
            outcome.value = self.work()
        except TimeUp:
            outcome.timed_out = True
        except BaseException as failure:
            outcome.failure = failure
        self._close(outcome)

    def _close(self, outcome):
        while not self._ended.is_set():
            try:
                with self._sending:
                    _send(self.thread_id, None)
                    if not self.expired:
                        self.outcome = outcome
                    self._ended.set()
            except TimeUp:
                continue

    def _end(self):
        """Send TimeUp until the thread has ended, or leave it behind after PATIENCE seconds."""
        self.expired = True
        switch = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            give_up = time.monotonic() + PATIENCE
            while not self._ended.is_set() and time.monotonic() < give_up:
                with self._sending:
                    if not self._ended.is_set() and self.thread_id is not None:
                        _send(self.thread_id, TimeUp)
                self._ended.wait(1e-4)
        finally:
            sys.setswitchinterval(switch)


def _send(thread_id, exception):
    target = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), target)


class _Kept:
    """What was printed: the first KEEP_PRINTED characters, and how many there were."""

    def __init__(self):
        self.parts, self.kept, self.total = [], 0, 0

    def write(self, text):
        text = str(text)
        self.total += len(text)
        if self.kept < KEEP_PRINTED:
            self.parts.append(text[: KEEP_PRINTED - self.kept])
            self.kept += len(self.parts[-1])
        return len(text)

    def text(self):
        cut = f"\n... ({self.total} characters in all)" if self.total > self.kept else ""
        return "".join(self.parts) + cut


class _Stream:
    """A standard stream that keeps what the worker writes and passes on what others write."""

    def __init__(self, stream, job):
        self._stream, self._job = stream, job

    def write(self, text):
        if threading.get_ident() == self._job.thread_id:
            return self._job.printed.write(text)
        return self._stream.write(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)


class _Doors:
    """Closes, for the worker thread only, the doors that lead out of a check; opens them again on leaving."""

    def __init__(self, job):
        self.job = job

    def __enter__(self):
        self._undo = []
        self._put(sys, "stdout", _Stream(sys.stdout, self.job))
        self._put(sys, "stderr", _Stream(sys.stderr, self.job))
        self._refuse(builtins, "input", "input() has nobody to ask during a check")
        self._refuse(builtins, "exit", "exit() is not possible during a check")
        self._refuse(builtins, "quit", "quit() is not possible during a check")
        shell = self._notebook_shell()
        if shell is not None:
            self._refuse(shell, "ask_exit", "exit() is not possible during a check")

    def __exit__(self, *failure):
        for undo in reversed(self._undo):
            undo()

    def _put(self, owner, name, value):
        before = getattr(owner, name)
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, before))

    def _refuse(self, owner, name, sentence):
        real = getattr(owner, name, None)
        if real is None:
            return

        def door(*args, **kwargs):
            if threading.get_ident() == self.job.thread_id:
                raise Refused(sentence)
            return real(*args, **kwargs)

        self._put(owner, name, door)

    @staticmethod
    def _notebook_shell():
        ipython = sys.modules.get("IPython")
        return ipython.get_ipython() if ipython is not None else None
