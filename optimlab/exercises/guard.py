"""Run code that may be wrong in any way, and come back.

Everything happens in one worker thread with one deadline. When time is up the thread is ended from outside by
an asynchronous exception (`PyThreadState_SetAsyncExc`), which CPython raises in that thread at its next
bytecode that may be interrupted: the end of a loop, the start of a call. No signals are used, so it works
alike on Linux, macOS and Windows, in a notebook kernel and in a plain script.

One exception is not enough for `while True: try: ... except: pass`. It is sent again until the thread has
ended, and from the first one on the thread is traced as well: at every new line, also in an `except` or a
`finally`, the next one is raised. So it climbs out of handlers within handlers, one after the other.

What no thread can end is a single call into C that never comes back. If such a call releases the interpreter
lock (`time.sleep`), the thread is left behind and dies when the call returns.

Out of reach are `os._exit()`, which ends the process before anybody is asked, a call that crashes it, and
threads that an answer starts itself: they go on, and what they print is printed.
"""

import builtins
import ctypes
import functools
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

DEADLINE = 5.0
PATIENCE = 2.0
KEEP_PRINTED = 2000
STACK = 16 * 1024 * 1024

_one_at_a_time = threading.Lock()
_here = threading.local()


class TimeUp(BaseException):
    """Raised in the worker when the deadline has passed."""

    def __init__(self):
        super().__init__()
        job = getattr(_here, "job", None)
        if job is not None and not hasattr(sys, "monitoring"):
            job.trace_from(sys._getframe(1))


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
        self._leaving = False
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
        if self._ended.is_set():
            worker.join(PATIENCE)
        self.outcome.printed = self.printed.text()

    def _body(self):
        outcome = Outcome()
        try:
            try:
                _here.job = self
                self.thread_id = threading.get_ident()
                outcome.value = self.work()
            except BaseException as failure:
                self._leaving = True
                outcome.failure = failure
                sys.settrace(None)
            self._leave(outcome)
        except TimeUp:
            self._leave(outcome)

    def _leave(self, outcome):
        self._leaving = True
        sys.settrace(None)
        with self._sending:
            _send(self.thread_id, None)
            if isinstance(outcome.failure, TimeUp):
                outcome = Outcome(timed_out=True)
            if not self.expired:
                self.outcome = outcome
            self._ended.set()

    def _end(self):
        """Send TimeUp until the thread has ended, or leave it behind after PATIENCE seconds."""
        self.expired = True
        give_up = time.monotonic() + PATIENCE
        with self._monitored():
            while not self._ended.wait(0.02) and time.monotonic() < give_up:
                with self._sending:
                    if not self._leaving and self.thread_id is not None:
                        _send(self.thread_id, TimeUp)

    def _interrupts(self, code):
        return threading.get_ident() == self.thread_id and not self._leaving and code.co_filename != __file__

    @contextmanager
    def _monitored(self):
        """Python 3.12 and later: raise TimeUp at every line and jump of the worker."""
        tool = _free_tool()
        if tool is None:
            yield
            return

        def interrupt(code, *place):
            if self._interrupts(code):
                raise TimeUp

        events = sys.monitoring.events
        for event in (events.LINE, events.JUMP):
            sys.monitoring.register_callback(tool, event, interrupt)
        sys.monitoring.set_events(tool, events.LINE | events.JUMP)
        try:
            yield
        finally:
            sys.monitoring.set_events(tool, events.NO_EVENTS)
            for event in (events.LINE, events.JUMP):
                sys.monitoring.register_callback(tool, event, None)
            sys.monitoring.free_tool_id(tool)

    def trace_from(self, frame):
        """Python 3.11, in the worker, when a TimeUp is raised: have another one raised at every line to come.

        The trace functions are C functions, because an exception inside a trace function would end the
        tracing.
        """
        if self._leaving:
            return
        send_again = functools.partial(_SET_ASYNC_EXC, self.thread_id, TimeUp)
        while frame is not None:
            if frame.f_code.co_filename != __file__:
                frame.f_trace = send_again
            frame = frame.f_back
        sys.settrace(_DO_NOTHING)


def _free_tool():
    monitoring = getattr(sys, "monitoring", None)
    for tool in (3, 4) if monitoring else ():
        if monitoring.get_tool(tool) is None:
            monitoring.use_tool_id(tool, "optimlab")
            return tool
    return None


# Called as trace functions they get (frame, event, arg) as well, which the C functions do not look at.
_ANY_THREE = (ctypes.py_object,) * 3
_SET_ASYNC_EXC = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object, *_ANY_THREE)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)
_DO_NOTHING = ctypes.PYFUNCTYPE(None, *_ANY_THREE)(("Py_IsInitialized", ctypes.pythonapi))


def _send(thread_id, exception):
    """Have `exception` raised in a thread; None takes back one that has not been raised yet."""
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
