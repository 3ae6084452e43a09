"""The room: a process of its own in which the functions of one submission run, and nothing else.

It holds no check, no reference and no answer, only what the learner wrote; it is told to call a function with
some arguments and says what came back. It cannot open the files of the exercises, start a process or reach
the network; what it tries of these is refused and told. Nothing that happens in here decides about points.
"""

import io
import os
import sys
import threading

CLOSED_ROOMS = ("exercises", "grading", "authoring", "questions", "standing", "progress", "cli")
REFUSED = {
    "subprocess.Popen": "start a process", "os.system": "start a process", "os.exec": "start a process",
    "os.posix_spawn": "start a process", "os.spawn": "start a process", "os.fork": "start a process",
    "os.forkpty": "start a process", "os.startfile": "start a process", "pty.spawn": "start a process",
    "os.kill": "end another process", "os.killpg": "end another process",
    "signal.pthread_kill": "end another process",
    "socket.connect": "reach the network", "socket.bind": "reach the network",
    "socket.sendto": "reach the network", "socket.getaddrinfo": "reach the network",
    "ctypes.dlopen": "call into C", "ctypes.dlsym": "call into C", "ctypes.call_function": "call into C",
    "ctypes.cdata": "call into C",
    "os.remove": "delete a file", "os.rename": "rename a file", "os.link": "link a file",
    "os.symlink": "link a file", "os.rmdir": "delete a folder", "os.chmod": "change a file",
    "os.truncate": "change a file", "os.mkdir": "make a folder", "shutil.rmtree": "delete a folder",
}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
FILE = "<submission>"
_told = []


def main(megabytes, seconds, package, closed):
    """Serve one submission over the standard streams, until they close.

    package: the folder of optimlab. closed: folders and files of which nothing may be read.
    """
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    limit(megabytes, seconds)
    import linecache  # noqa: F401
    import traceback  # noqa: F401

    import numpy
    import numpy.ctypeslib
    import numpy.random  # noqa: F401

    import optimlab  # noqa: F401
    from optimlab.grading import wire

    own = [os.path.join(package, name) for name in CLOSED_ROOMS]
    guard([os.path.realpath(path) for path in [*own, *closed]])
    Room = make_room(wire)
    Room(reader, writer).live()


def limit(megabytes, seconds):
    """Memory, processor time, size of files; on Windows there are none of these, only the judge's clock."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, megabytes * 1_000_000), (resource.RLIMIT_CPU, seconds),
                       (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0)):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def guard(closed):
    """From here on, refuse and note what no answer has a reason to do. It cannot be undone."""
    closed, real, join = tuple(closed), os.path.realpath, os.sep
    inside = threading.local()

    def refuse(what):
        _told.append(f"tried to {what}")
        raise PermissionError(f"this is not possible while an answer is graded: {what}")

    def hook(event, args):
        if event in REFUSED:
            refuse(REFUSED[event])
        elif event == "open" and not getattr(inside, "open", False):
            path, mode, flags = args
            if isinstance(path, (str, bytes, os.PathLike)):
                inside.open = True
                try:
                    path = real(os.fsdecode(path))
                finally:
                    inside.open = False
                if path.startswith("/proc/") and path.endswith(("/mem", "/environ", "/fd")):
                    refuse("look into a process")
                if any(path == one or path.startswith(one + join) or path.startswith(one + ".")
                       for one in closed):
                    refuse(f"read {os.path.basename(path)}, which holds answers or the grading")
                if flags is not None and flags & WRITES and path != os.devnull:
                    refuse(f"write the file {os.path.basename(path)}")
        elif event == "import":
            parts = args[0].split(".")
            if parts[0] == "optimlab" and len(parts) > 1 and parts[1] in CLOSED_ROOMS:
                refuse(f"import {args[0]}")
            if parts[0] in ("_posixsubprocess", "_winapi", "_ctypes_test"):
                refuse("start a process")
        elif event in ("_thread.start_new_thread", "_thread.start_joinable_thread"):
            _told.append("started a thread")

    for name in [name for name in sys.modules if name.startswith("optimlab.grading")]:
        del sys.modules[name]  # so that importing it is an import, and refused
    sys.modules.pop("_posixsubprocess", None)
    if "subprocess" in sys.modules:
        sys.modules["subprocess"]._fork_exec = lambda *args: refuse("start a process")
    sys.addaudithook(hook)


def make_room(wire):
    class Room(wire.Peer):
        """Peer of the judge: defines the answers, and calls them."""

        def __init__(self, reader, writer):
            super().__init__(reader, writer, special_in=self.model)
            self.source, self.space, self.arguments = "", {}, []

        def live(self):
            while True:
                try:
                    self.serve(self.receive())
                except wire.Closed:
                    os._exit(0)

        def serve(self, message):
            printed = Printed()
            before, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), printed, printed
            try:
                answer = self.done(message)
            except wire.Closed:
                raise
            except BaseException as failure:
                answer = {"error": type(failure).__name__, "message": said(failure),
                          "line": self.line(failure)}
            finally:
                sys.stdout, sys.stderr = before
            told, _told[:] = list(dict.fromkeys(_told)), []
            self.send(**answer, printed=printed.text, told=told, threads=threading.active_count() - 1)

        def done(self, message):
            what, args = message["call"], message["args"]
            if what == "hello":
                return {"value": True}
            if what == "define":
                self.source, wanted = args
                self.space = {"__name__": "submission", "np": sys.modules["numpy"]}
                exec(compile(self.source, FILE, "exec"), self.space)
                return {"value": wanted in self.space}
            if isinstance(what, int):
                return self.called(self.functions[what], args, message["words"])
            function = self.space[what]
            return self.called((lambda: function) if message["words"].get("value") else function, args, {})

        def called(self, function, args, words):
            def packed(value):
                packer = wire.Packer([])
                return packer.pack(value), [array.tobytes() for array in packer.arrays]

            before = [packed(arg) for arg in args]
            value = function(*args, **words)
            changed = {str(i): arg for i, arg in enumerate(args) if packed(arg) != before[i]}
            for i, arg in enumerate(args):
                if type(arg).__name__ == "Model":
                    changed[str(i)] = arg._state()
            return {"value": value, "changed": changed, "shares": shares(value, args)}

        def answered(self, message):
            if "error" not in message:
                return message["value"]
            kind = __builtins_of().get(message["error"], RuntimeError)
            raise (kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError)(
                message["message"])

        def model(self, packed, unpacker):
            return Model(unpacker.unpack(packed["model"]))

        def line(self, failure):
            """The learner's line where it happened."""
            step, last = failure.__traceback__, None
            while step is not None:
                last = step if step.tb_frame.f_code.co_filename == FILE else last
                step = step.tb_next
            if isinstance(failure, SyntaxError) and failure.filename == FILE:
                return f"line {failure.lineno}: {(failure.text or '').strip()}"
            if last is None:
                return ""
            code = last.tb_frame.f_code
            text = self.source.splitlines()[last.tb_lineno - 1].strip()
            return f"line {last.tb_lineno - code.co_firstlineno + 1} of {code.co_name}: {text}"

    return Room


class Printed(io.TextIOBase):
    """The first 2000 characters of what was printed."""

    text = ""

    def write(self, text):
        self.text += str(text)[: max(0, 2000 - len(self.text))]
        return len(text)


def __builtins_of():
    import builtins

    return vars(builtins)


def said(failure):
    try:
        return " ".join(str(failure).split())[:300]
    except Exception:
        return "(its message cannot be shown)"


def arrays_in(value, found=None):
    """All arrays in a nesting of lists, tuples and dicts, in order."""
    import numpy

    found = [] if found is None else found
    if isinstance(value, numpy.ndarray):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for part in value:
            arrays_in(part, found)
    elif isinstance(value, dict):
        for part in value.values():
            arrays_in(part, found)
    return found


def shares(value, args):
    """[array of the result, array of the arguments, byte offset, strides] where the two share memory."""
    import numpy

    try:
        given, found = arrays_in(args), []
        for place, array in enumerate(arrays_in(value)):
            for other, argument in enumerate(given):
                if numpy.may_share_memory(array, argument):
                    offset = array.__array_interface__["data"][0] - argument.__array_interface__["data"][0]
                    found.append([place, other, offset, list(array.strides)])
        return found
    except RecursionError:
        return []


class Model:
    """A network that lives with the judge; its params and grads are here, in step with it at each call."""

    def __init__(self, state):
        import numpy

        put = vars(self)
        put.update(_calls=state["calls"], _own=None)
        for name in ("params", "grads"):
            put["_" + name] = array = state[name]
            put["views" if name == "params" else "grad_views"] = {
                key: numpy.ndarray(shape, array.dtype, array, offset, strides)
                for key, (shape, offset, strides) in state[name + " views"].items()
            }

    params = property(lambda self: self._params)
    grads = property(lambda self: self._grads)

    @property
    def criterion(self):
        return self._own or (lambda *args: self._ask("criterion", args))

    def __setattr__(self, name, value):
        if name in ("params", "grads"):
            vars(self)["_" + name][...] = value
        elif name == "criterion":
            vars(self)["_own"] = value
        else:
            vars(self)[name] = value

    def loss(self, x, y):
        return self._ask("loss", (x, y))

    def forward(self, x):
        return self._ask("forward", (x,))

    __call__ = forward

    def backward(self, dout, **options):
        return self._ask("backward", (dout,), options)

    def _ask(self, what, args, words=None):
        value, params, grads = self._calls(what, self._state(), list(args), words or {})
        self._params[...], self._grads[...] = params, grads
        return value

    def _state(self):
        return {"params": self._params, "grads": self._grads, "criterion": self._own}
