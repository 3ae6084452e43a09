"""A trace: what an answer did when a probe ran it, as a list of labelled values that can be compared.

A probe never sees the learner's function itself. It gets a `Call`, which hands out copies, notices what
happens to them, and returns plain arrays of its own.
"""

import copy
import inspect
import linecache
import os
import types
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from . import guard

CALLS_ALLOWED = 500
TRAIL = 5
REPLAYED = 4
_OURS = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Seen:
    """One labelled value of a trace, such as Seen("step 3", "velocity", v).

    `start` is the value before the step, so that a report can compare moves and not only places. A `clue` is
    shown as evidence but not judged: two right answers may differ in it. A `secret` is the solution itself:
    it is judged, and a report does not say what was expected.
    """

    where: str
    quantity: str
    value: object
    start: object = None
    clue: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Stop:
    """Why a trace ended early. `kind` and `trail` are compared, the rest is told.

    The trail of an endless loop is what its callback was asked at first, one flat array for each call.
    """

    kind: str
    message: str
    line: str = ""
    trail: tuple = ()


@dataclass
class Trace:
    seen: list = field(default_factory=list)
    stop: Stop | None = None

    @property
    def judged(self):
        return [entry for entry in self.seen if not entry.clue]


@dataclass
class Habits:
    """What an answer did beside its numbers. `changed` and `shared` hold names of arguments."""

    changed: list = field(default_factory=list)
    shared: list = field(default_factory=list)
    remembers: bool = False


class Unusable(Exception):
    """The answer returned something that is not what was asked for; the message is the sentence to show."""


class AnswerStopped(Exception):
    def __init__(self, stop):
        super().__init__(stop.message)
        self.stop = stop


class AskedTooOften(BaseException):
    """A callback was called so often that the answer's loop must be endless."""

    def __init__(self, name, trail):
        super().__init__(f"{name} was asked hundreds of times, and there was no end to it")
        self.trail = tuple(trail)


class Counted:
    """A callback for the learner's function that is asked at most `allowed` times a call, and then raises.

    >>> square = Counted("f", lambda x: x * x)
    >>> square(3)
    9
    """

    def __init__(self, name, function, allowed=CALLS_ALLOWED):
        self.name, self.function, self.allowed = name, function, allowed
        self.reset()

    def reset(self):
        self.left, self.trail = self.allowed, []

    def __call__(self, *args):
        guard.check_time()
        self.left -= 1
        if self.left < 0:
            raise AskedTooOften(self.name, self.trail)
        if len(self.trail) < TRAIL:
            self.trail.append(_flat(args))
        return self.function(*args)


def _flat(args):
    try:
        return np.concatenate(
            [np.ravel(array).astype(float) for array in _arrays(list(args))] or [np.zeros(0)]
        )
    except (TypeError, ValueError):
        return np.zeros(0)


class Call:
    """The learner's function as a probe sees it: copies in, plain arrays out, every oddity noted.

    `names` are the names of its arguments, `returns` says what comes back: a name for one value, a tuple or
    list of names for a sequence, a dict for a mapping, None for "whatever it is".
    """

    def __init__(self, answer, names, returns):
        self.answer, self.names, self.returns = answer, names, returns
        self.habits = Habits()
        self._first = []

    def __call__(self, *args):
        before = copied(args)
        result = self._result_of(args)
        if len(self._first) < REPLAYED:
            self._first.append((before, copied(result)))
        return result

    def replay(self):
        """Call again with the first arguments; a function without memory gives the same results."""
        for args, result in self._first:
            try:
                again = self._result_of(args)
            except AnswerStopped:
                self.habits.remembers = True
                return
            if not same(again, result):
                self.habits.remembers = True
                return

    def _result_of(self, args):
        given, before = copied(args), copied(args)
        for callback in args:
            if isinstance(callback, Counted):
                callback.reset()
        with np.errstate(all="ignore"):
            try:
                raw = self.answer(*given)
                guard.check_time()
                result = unpacked(raw, self.returns)
            except guard.TimeUp:
                raise
            except Unusable as unusable:
                raise AnswerStopped(Stop("returns", str(unusable))) from None
            except AnswerStopped:
                raise
            except BaseException as failure:
                guard.check_time()
                raise AnswerStopped(_stop_from(failure, self.answer)) from None
        for name, after, original in zip(self.names, given, before, strict=False):
            if not same(after, original) and name not in self.habits.changed:
                self.habits.changed.append(name)
            if _shares_memory(raw, self.returns, after) and name not in self.habits.shared:
                self.habits.shared.append(name)
        return result


def trace_of(probe, call):
    """Run `probe` on a Call and return the Trace, up to where the answer stopped if it did."""
    trace = Trace()
    try:
        for entry in probe(call):
            trace.seen.append(entry)
    except AnswerStopped as stopped:
        trace.stop = stopped.stop
    return trace


def afresh(answer):
    """An answer as it was defined: a copy whose default arguments remember no call.

    >>> def count(w, seen=[]):
    ...     seen.append(w)
    ...     return len(seen)
    >>> afresh(count)(1), afresh(count)(1)
    (1, 1)
    """
    if not inspect.isfunction(answer) or not (answer.__defaults__ or answer.__kwdefaults__):
        return answer
    made = types.FunctionType(answer.__code__, answer.__globals__, answer.__name__,
                              copy.deepcopy(answer.__defaults__), answer.__closure__)
    made.__kwdefaults__, made.__doc__ = copy.deepcopy(answer.__kwdefaults__), answer.__doc__
    return made


def copied(value):
    """A copy that shares no array with the original; functions are handed on as they are."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        return tuple(copied(part) for part in value)
    if isinstance(value, list):
        return [copied(part) for part in value]
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, np.random.Generator):
        return copy.deepcopy(value)
    return value


def same(a, b):
    """Exactly equal, nan included, whatever the nesting of arrays, lists and dicts."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
            return False
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (str, int, float)):
        return type(a) is type(b) and (a == b or a != a)
    return True


def unpacked(raw, names):
    """What the answer returned, as plain arrays of our own in the nesting of `names`."""
    if names is None:
        return copied(raw)
    if raw is None:
        raise Unusable("returns None: is the return line missing?")
    if isinstance(names, str):
        return _leaf(raw, names)
    if isinstance(names, dict):
        if not isinstance(raw, Mapping) or set(raw) != set(names):
            keys = ", ".join(map(str, names))
            raise Unusable(f"returns {_described(raw)}, where a dict with the keys {keys} is asked for")
        return {key: _leaf(raw[key], name) for key, name in names.items()}
    wanted = f"({', '.join(names)})" if isinstance(names, tuple) else f"a list of {len(names)} arrays"
    if not _is_many(raw) or len(raw) != len(names):
        raise Unusable(f"returns {_described(raw)}, where {wanted} is asked for")
    return type(names)(_leaf(part, name) for part, name in zip(raw, names, strict=True))


def _leaf(raw, name):
    if raw is None:
        raise Unusable(f"returns None for {name}: was it computed?")
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (list, tuple)) and raw and all(isinstance(part, str) for part in raw):
        return tuple(raw)
    if _contains_itself(raw):
        raise Unusable(f"returns {_described(raw)} for {name} that contains itself")
    try:
        array = np.array(raw, subok=False)
    except Exception:
        raise Unusable(f"returns {_described(raw)} for {name}, whose parts do not form one array") from None
    if array.dtype.kind in "US":
        return tuple(map(str, array.ravel()))
    if array.dtype.kind not in "biufc":
        raise Unusable(f"returns {_described(raw)} for {name}, where numbers are asked for")
    return array


def _contains_itself(raw, above=frozenset()):
    """True for a list that was appended to itself, which NumPy would unfold without end."""
    if not isinstance(raw, (list, tuple)):
        return False
    return id(raw) in above or any(_contains_itself(part, above | {id(raw)}) for part in raw)


def _described(raw):
    if isinstance(raw, (tuple, list)):
        return f"a {type(raw).__name__} of {len(raw)}"
    if isinstance(raw, np.ndarray):
        return f"an array of shape {raw.shape}"
    if isinstance(raw, (bool, int, float, np.number)):
        return "one number"
    if hasattr(raw, "close") and hasattr(raw, "send"):
        raw.close()
        return "a generator or coroutine (did you write yield or async?)"
    if callable(raw):
        return "a function (are the parentheses of a call missing?)"
    article = "an" if type(raw).__name__[0].lower() in "aeiou" else "a"
    return f"{article} {type(raw).__name__}"


def _arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, (list, tuple)):
        return [array for part in value for array in _arrays(part)]
    if isinstance(value, dict):
        return [array for part in value.values() for array in _arrays(part)]
    return []


def _shares_memory(raw, names, argument):
    """True if an array that came back is an argument's; a list in place of one array is not an array."""
    parts = [raw] if isinstance(names, str) else list(raw.values()) if isinstance(raw, dict) else raw
    returned = [part for part in parts if isinstance(part, np.ndarray)] if _is_many(parts) else []
    return any(np.may_share_memory(a, b) for a in returned for b in _arrays(argument))


def _is_many(raw):
    return isinstance(raw, (tuple, list)) or (isinstance(raw, np.ndarray) and raw.ndim > 0)


def _stop_from(failure, answer):
    if isinstance(failure, AskedTooOften):
        return Stop("endless", str(failure), trail=failure.trail)
    kind = type(failure).__name__
    try:
        message = " ".join(str(failure).split())[:300].replace(f"'{Counted.__name__}'", "'function'")
    except Exception:
        message = "(its message cannot be shown)"
    return Stop(kind, message, _own_line(failure, answer))


def _own_line(failure, answer):
    """The learner's line where it happened: the last one that belongs to no file of ours."""
    home = getattr(getattr(inspect.unwrap(answer), "__code__", None), "co_filename", None)
    if home is None or home.startswith(_OURS):
        return ""
    last, step = None, failure.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == home:
            last = step
        step = step.tb_next
    if last is None:
        return ""
    code = last.tb_frame.f_code
    text = linecache.getline(home, last.tb_lineno).strip()
    return f"line {last.tb_lineno - code.co_firstlineno + 1} of {code.co_name}" + (
        f": {text}" if text else ""
    )
