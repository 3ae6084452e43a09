"""What passes through the wall between the judge and a room: messages of plain values, and nothing that runs.

A message is one JSON text and the arrays that it names. What comes out of a room was written by a stranger,
so it is decoded to numbers, texts, lists, dicts and arrays only; functions pass as numbers of a list that the
other side keeps, and everything else as the name of its type.
"""

import json
import struct
import types

import numpy as np

MOST_BYTES = 64_000_000
MOST_ITEMS = 20_000
DEPTH = 40
KINDS = "biufcUS"


class Closed(Exception):
    """The other side is gone, or sent something that is no message."""


class Other:
    """Something that does not pass the wall, by the name of its type."""


class Packer:
    """Packs values; functions go into `functions`, which the other side calls by their place."""

    def __init__(self, functions, special=None):
        self.functions, self.special = functions, special
        self.arrays, self.items = [], 0

    def pack(self, value, depth=0):
        self.items += 1
        if self.items > MOST_ITEMS or depth > DEPTH:
            return {"o": "something that contains itself, or without end"}
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return value if abs(value) < 10**300 else {"o": "int"}
        if kind is float:
            return value if np.isfinite(value) else {"f": repr(value)}
        if kind is complex:
            return {"c": [repr(value.real), repr(value.imag)]}
        if value is Ellipsis:
            return {"e": 1}
        if isinstance(value, np.ndarray):
            return self._array(np.asarray(value), "a")
        if isinstance(value, np.generic):
            return self._array(np.asarray(value), "g")
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state
            return {"r": state} if state["bit_generator"] == "PCG64" else {"o": "Generator"}
        if isinstance(value, (list, tuple)):
            return {"l" if isinstance(value, list) else "t": [self.pack(part, depth + 1) for part in value]}
        if isinstance(value, dict):
            return {"d": [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in value.items()]}
        if isinstance(value, types.GeneratorType):
            parts = []
            for part in value:
                parts.append(self.pack(part, depth + 1))
                if self.items > MOST_ITEMS:
                    break
            return {"i": parts}
        if self.special is not None and (packed := self.special(value, self)) is not None:
            return packed
        if callable(value) and not isinstance(value, type):
            self.functions.append(value)
            return {"fn": len(self.functions) - 1}
        return {"o": kind.__name__[:40]}

    def _array(self, array, tag):
        if array.dtype.kind not in KINDS:
            return {"o": f"array of {array.dtype.name}"[:40]}
        self.arrays.append(np.ascontiguousarray(array))
        return {tag: len(self.arrays) - 1, "s": list(array.shape), "dt": array.dtype.str}


class Unpacker:
    """Unpacks values; `function(place)` stands for a function of the other side."""

    def __init__(self, buffers, function, special=None):
        self.buffers, self.function, self.special = buffers, function, special

    def unpack(self, packed):
        if not isinstance(packed, dict):
            return packed
        tag, content = next(iter(packed.items()))
        if tag == "f":
            return float(content)
        if tag == "c":
            return complex(*map(float, content))
        if tag == "e":
            return Ellipsis
        if tag in "ag":
            array = self._array(packed, content)
            return array if tag == "a" else array[()]
        if tag == "r":
            rng = np.random.Generator(np.random.PCG64())
            rng.bit_generator.state = content
            return rng
        if tag == "l":
            return [self.unpack(part) for part in content]
        if tag == "t":
            return tuple(self.unpack(part) for part in content)
        if tag == "d":
            return {self.unpack(k): self.unpack(v) for k, v in content}
        if tag == "i":
            return (part for part in [self.unpack(part) for part in content])
        if tag == "fn":
            return self.function(int(content))
        if tag == "o":
            return type(str(content), (Other,), {})()
        if self.special is not None:
            return self.special(packed, self)
        raise Closed

    def _array(self, packed, place):
        dtype = np.dtype(packed["dt"])
        if dtype.kind not in KINDS:
            raise Closed
        return np.frombuffer(self.buffers[place], dtype).reshape(packed["s"]).copy()


class Peer:
    """One side of the wall: calls functions of the other side, and serves its calls while it waits.

    reader, writer: binary streams. special_out, special_in: how to pack and unpack what is special here.
    """

    def __init__(self, reader, writer, special_out=None, special_in=None):
        self.reader, self.writer = reader, writer
        self.special_out, self.special_in = special_out, special_in
        self.functions = []

    def send(self, **message):
        packer = Packer(self.functions, self.special_out)
        header = json.dumps({key: packer.pack(value) for key, value in message.items()}).encode()
        sizes = [array.nbytes for array in packer.arrays]
        parts = [struct.pack(f"<III{len(sizes)}Q", 0x0B7A, len(header), len(sizes), *sizes), header]
        parts += [array.tobytes() for array in packer.arrays]
        try:
            self.writer.write(b"".join(parts))
            self.writer.flush()
        except (OSError, ValueError):
            raise Closed from None

    def receive(self):
        try:
            mark, length, count = struct.unpack("<III", self._read(12))
            if mark != 0x0B7A or length > MOST_BYTES or count > MOST_ITEMS:
                raise Closed
            sizes = struct.unpack(f"<{count}Q", self._read(8 * count))
            if sum(sizes) > MOST_BYTES:
                raise Closed
            header = json.loads(self._read(length))
            buffers = [self._read(size) for size in sizes]
            unpacker = Unpacker(buffers, self.other, self.special_in)
            return {key: unpacker.unpack(value) for key, value in header.items()}
        except Closed:
            raise
        except Exception:
            raise Closed from None

    def _read(self, size):
        data = self.reader.read(size)
        if data is None or len(data) < size:
            raise Closed
        return data

    def other(self, place):
        """A function of the other side."""
        return lambda *args, **words: self.call(place, args, words)

    def call(self, what, args=(), words=None):
        self.send(call=what, args=list(args), words=words or {})
        return self.wait()

    def wait(self):
        """Serve the calls of the other side until its answer comes."""
        while "call" in (message := self.receive()):
            self.serve(message)
        return self.answered(message)

    def serve(self, message):
        raise NotImplementedError

    def answered(self, message):
        raise NotImplementedError
