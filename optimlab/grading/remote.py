"""The judge's side of the wall: a room for one submission, and its functions as if they were here."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from optimlab.clinic.watched import Watched
from optimlab.exercises import guard
from optimlab.exercises.trace import AnswerStopped, AskedTooOften, Stop
from optimlab.grading import wire
from optimlab.grading.room import arrays_in

PACKAGE = Path(__file__).resolve().parents[1]
COURSE = PACKAGE.parent
START = ("import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {root!r}); "
         "from optimlab.grading.room import main; main({megabytes}, {seconds}, {package!r}, {closed!r})")
STARTING = 60
MODEL_CALLS = ("loss", "forward", "backward", "criterion")


class Gone(guard.TimeUp):
    """The room ended in the middle of a call: an exit, a crash, or too much memory."""


class Room(wire.Peer):
    """A fresh process that holds what one submission defines.

    `left` are the seconds that the exercise at hand may still take; `told` is what the room tried in vain.
    """

    def __init__(self, megabytes=2000, seconds=60, closed=()):
        self.megabytes, self.seconds = megabytes, seconds
        places = [COURSE / name for name in ("tests", "lessons", "work", ".git", "docs")]
        self.closed = [str(path) for path in [*places, *closed]]
        self.process, self.deadline, self.left = None, None, seconds
        self.told, self.printed, self.source = [], "", None
        self.over = threading.Event()

    def open(self):
        super().__init__(None, None, special_out=packed_model)
        self.folder = tempfile.TemporaryDirectory(prefix="room-")
        kept = ("PATH", "SYSTEMROOT", "LANG")
        environment = {key: value for key, value in os.environ.items() if key in kept}
        environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        code = START.format(root=str(COURSE), megabytes=self.megabytes, seconds=int(self.seconds) + 5,
                            package=str(PACKAGE), closed=self.closed)
        apart = {"start_new_session": True} if os.name == "posix" else {}
        self.process = subprocess.Popen([sys.executable, "-E", "-P", "-c", code], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        cwd=self.folder.name, env=environment, **apart)
        self.reader, self.writer = self.process.stdout, self.process.stdin
        self.over = threading.Event()
        threading.Thread(target=self._watch, args=(self.process, self.over), daemon=True).start()

    def _watch(self, process, over):
        while not over.wait(0.05):
            deadline = self.deadline
            if deadline is not None and time.monotonic() > deadline:
                kill(process)
                return

    def close(self):
        if self.process is None:
            return
        self.over.set()
        kill(self.process)
        self.process.wait()
        for stream in (self.reader, self.writer):
            with contextlib.suppress(OSError):
                stream.close()
        self.folder.cleanup()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()

    def define(self, source, name, seconds):
        """Run the definitions of an answer in a fresh namespace, with `seconds` for all that it does."""
        self.left, self.printed, self.source = seconds, "", (source, name)
        self.call("define", (source, name))

    def function(self, name):
        """A function that was defined there."""

        def remote(*args):
            return self.call(name, args)

        remote.__name__ = remote.__qualname__ = name
        return remote

    def value(self, name):
        """The value of a name there."""
        return self.call(name, (), {"value": True})

    def call(self, what, args=(), words=None):
        if self.process is None:
            self.open()
            left, self.left = self.left, STARTING
            try:
                self.call("hello")  # what it takes to start is not the answer's time
            except guard.TimeUp:
                raise RuntimeError("no process could be started for the answers") from None
            self.left = left
            if what != "define":
                self.call("define", self.source)
        started = time.monotonic()
        self.deadline = started + self.left
        try:
            self.send(call=what, args=list(args), words=words or {})
            while "call" in (message := self.receive()):
                self.serve(message)
            return self.answer(message, args)
        except AnswerStopped:
            raise
        except (AskedTooOften, guard.TimeUp):
            self.close()
            raise
        except Exception:  # whatever is wrong with what a room sends is its end
            late = time.monotonic() > self.deadline
            self.close()
            raise (guard.TimeUp if late else Gone)() from None
        finally:
            self.left -= time.monotonic() - started
            self.deadline = None

    def serve(self, message):
        try:
            value = self.functions[int(message["call"])](*message["args"], **message["words"])
        except Exception as failure:
            self.send(error=type(failure).__name__, message=str(failure)[:300])
        else:
            self.send(value=value)

    def answer(self, message, args):
        for told in message["told"][:20]:
            self.tell(str(told)[:200])
        if message["threads"]:
            self.tell("left a thread running")
        self.printed = (self.printed + message["printed"])[:2000]
        if "error" in message:
            kind, said, line = (str(message[key])[:300] for key in ("error", "message", "line"))
            raise AnswerStopped(Stop(kind, said, line))
        if "changed" not in message:
            return message["value"]
        for place, new in message["changed"].items():
            put(args[int(place)], new)
        return shared(message["value"], args, message["shares"])

    def tell(self, sentence):
        if sentence not in self.told:
            self.told.append(sentence)


def kill(process):
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, 9)
        else:
            process.kill()


def put(argument, new):
    """Change an argument as the room has changed its copy."""
    if isinstance(argument, Watched):
        argument.params, argument.grads = new["params"], new["grads"]
    elif isinstance(argument, np.ndarray) and isinstance(new, np.ndarray) and argument.shape == new.shape:
        argument[...] = new
    elif isinstance(argument, list) and isinstance(new, list):
        argument[:] = new
    elif isinstance(argument, dict) and isinstance(new, dict):
        argument.clear()
        argument.update(new)
    elif isinstance(argument, tuple) and isinstance(new, tuple):
        for one, other in zip(argument, new, strict=True):
            put(one, other)


def shared(value, args, shares):
    """The value with its arrays in the memory of the arguments, where they were in the room."""
    if not shares:
        return value
    given, found, views = arrays_in(args), arrays_in(value), {}
    for place, other, offset, strides in shares:
        array = found[place]
        with contextlib.suppress(TypeError, ValueError):
            views[id(array)] = np.ndarray(array.shape, array.dtype, given[other], offset, tuple(strides))

    def rebuilt(part):
        if isinstance(part, list | tuple):
            return type(part)(map(rebuilt, part))
        if isinstance(part, dict):
            return {key: rebuilt(one) for key, one in part.items()}
        return views.get(id(part), part)

    return rebuilt(value)


def packed_model(value, packer):
    """A model of the clinic stays here; the room gets its numbers, and asks for everything else."""
    if not isinstance(value, Watched):
        return None

    def calls(what, state, args, words):
        if what not in MODEL_CALLS:
            raise AttributeError(f"the model has no {what}")
        value.params, value.grads = state["params"], state["grads"]
        if state["criterion"] is not None:
            value.criterion = state["criterion"]
        result = getattr(value, what)(*args, **words)
        return result, value.params, value.grads

    state = {"calls": calls}
    for name, views in (("params", value.views), ("grads", value.grad_views)):
        whole = getattr(value, name)
        start = whole.__array_interface__["data"][0]
        state[name] = whole
        state[name + " views"] = {
            key: (list(view.shape), view.__array_interface__["data"][0] - start, list(view.strides))
            for key, view in views.items()
        }
    return {"model": packer.pack(state)}
