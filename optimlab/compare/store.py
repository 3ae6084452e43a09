"""Where finished runs are kept: a text file that only ever grows, one line a run."""

import json
import math
import os
import zlib
from dataclasses import asdict
from pathlib import Path

from optimlab.compare.result import NAMES, Result

FORM = "optimlab study 1"
BEGIN = b'{"crc":'


class Store:
    """Finished runs, in memory and, where a path is given, in a file that outlives Ctrl-C and kill -9.

    The first line says which study it is. A line is written whole and carries its checksum; a last line that
    was cut short is dropped when the file is opened again, and that run is made again. A run that stands
    there twice counts once.

    Args:
        path: the file, made if it is not there; None keeps runs in memory alone.
        identity: a dict of what decides the study's numbers. The file of another study is refused.
        about: a dict to remember beside it: machine, versions, date.

    Attributes:
        results: {key of a Result: Result}.
        about: as it stands in the file, from when the study began.
        trouble: why the file could not be written, as a sentence; "" where it could.

    Raises:
        ValueError: a file that is no study's, that is another study's, or is damaged before its last line.
        OSError: a folder that is missing or may not be written.
    """

    def __init__(self, path, identity, about):
        self.results, self.about, self.trouble = {}, about, ""
        self._path, self._pending, self._good = None if path is None else Path(path), [], 0
        if self._path is None:
            return
        if not self._path.absolute().parent.is_dir():
            raise FileNotFoundError(f"store: there is no folder {str(self._path.parent)!r} for "
                                    f"{self._path.name!r}")
        if self._path.is_dir():
            raise IsADirectoryError(f"store: a file is needed, {str(path)!r} is a folder")
        self._file = open(self._path, "a+b")
        try:
            _lock(self._file, self._path)
            self._read(identity)
        except BaseException:
            self._file.close()
            raise
        if not self._good:
            self._write(_line({"form": FORM, "identity": identity, "about": about}))

    def add(self, result):
        """Keep a run. `trouble` says if the file could not be written; the next run tries it again."""
        if result.key in self.results:
            return
        self.results[result.key] = result
        if self._path is not None:
            self._write(_line({"run": asdict(result)}))

    def close(self):
        """Ask the disk to hold what was written, and let others have the file."""
        if self._path is not None and not self._file.closed:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                self._say(error)
            self._file.close()

    def _write(self, line):
        self._pending.append(line)
        lines = b"".join(self._pending)
        try:
            os.ftruncate(self._file.fileno(), self._good)
            written = 0
            while written < len(lines):
                written += os.write(self._file.fileno(), lines[written:])
        except OSError as error:
            self._say(error)
            return
        self._good += len(lines)
        self._pending, self.trouble = [], ""

    def _say(self, error):
        self.trouble = (f"store: {str(self._path)!r} could not be written ({error.strerror or error}); "
                        f"{len(self._pending)} finished runs are in the result that was returned, but not in "
                        "the file")

    def _read(self, identity):
        data = self._path.read_bytes()
        end = data.rfind(b"\n") + 1
        lines = data[:end].split(b"\n")[:-1]
        if not lines and data[:len(BEGIN)] == BEGIN[:len(data)]:
            return          # empty, or killed while the first line was written
        head = _parsed(lines[0]) if lines else None
        if head is None or head.get("form") != FORM:
            raise ValueError(f"store: {str(self._path)!r} is no study's file; it was left as it is")
        self._compare(head["identity"], json.loads(json.dumps(identity)))
        self.about, self._good = head["about"], len(lines[0]) + 1
        for number, line in enumerate(lines[1:], start=2):
            entry = _parsed(line)
            if entry is None:
                if number < len(lines):
                    raise ValueError(f"store: line {number} of {str(self._path)!r} is damaged; nothing was "
                                     "changed. Take the line out to make its run again")
                break
            result = _result(entry["run"])
            self.results.setdefault(result.key, result)
            self._good += len(line) + 1

    def _compare(self, theirs, mine):
        for name in mine:
            if theirs.get(name) != mine[name]:
                where = _difference(theirs.get(name), mine[name], name)
                raise ValueError(f"store: {str(self._path)!r} belongs to another study: {where}. Nothing was "
                                 "changed; give this study a file of its own")


def _lock(file, path):
    """Keep a second run of the study from writing to the same file, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"store: another run is writing to {str(path)!r} at this moment; wait for it, or "
                         "give this one a file of its own") from None


def _difference(theirs, mine, name):
    if isinstance(theirs, dict) and isinstance(mine, dict):
        for key in {**theirs, **mine}:
            if theirs.get(key) != mine.get(key):
                return _difference(theirs.get(key), mine.get(key), f"{name}, {key}")
    return f"its {name} is {_short(theirs)}, here it is {_short(mine)}"


def _short(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(entry):
    """One line of JSON with its checksum in front."""
    text = json.dumps(_packed(entry), separators=(",", ":"), default=float).encode()
    return BEGIN + b'%d,"entry":%b}\n' % (zlib.crc32(text), text)


def _parsed(line):
    """The entry of a line, or None where it is damaged."""
    try:
        crc, text = line[len(BEGIN):-1].split(b',"entry":', 1)
        return json.loads(text) if zlib.crc32(text) == int(crc) else None
    except ValueError:
        return None


def _packed(value):
    """Numbers that JSON has no word for, as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": repr(value)}
    if isinstance(value, dict):
        return {name: _packed(one) for name, one in value.items()}
    return [_packed(one) for one in value] if isinstance(value, (list, tuple)) else value


def _result(entry):
    fine = {name: float(value["number"]) if isinstance(value, dict) and set(value) == {"number"} else value
            for name, value in entry.items() if name in NAMES}
    fine["setting"] = {name: tuple(v) if isinstance(v, list) else v for name, v in fine["setting"].items()}
    return Result(**fine)
