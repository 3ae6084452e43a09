"""What a learner has done, in one small JSON file: predictions, exercises, quiz answers.

Two notebooks may write at the same time: every change is made under a lock on a file beside the progress
file, and the new file replaces the old one in one move. Where nothing can be written (a read-only folder, a
full disk) everything goes on in memory, after one sentence that says so.

The file is $OPTIMLAB_PROGRESS if that is set; else `progress.json` in the nearest folder that holds one,
going up from the working directory; else there is none, and what is recorded lasts as long as the kernel.
"""

import base64
import binascii
import copy
import json
import os
import sys
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

VERSION = 1
NAME = "progress.json"
PARTS = ("predictions", "exercises", "quiz")
LINE = "optimlab-progress:"
LOCK_SECONDS = 5.0

_in_memory = {}
_said = set()


def where():
    """Path of the progress file, or None when there is none."""
    named = os.environ.get("OPTIMLAB_PROGRESS")
    if named:
        return Path(named).expanduser().absolute()
    with suppress(OSError):
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / NAME).is_file():
                return folder / NAME
    return None


def record_prediction(id, answer, skipped=False):
    """Keep the answer to a prediction question: anything that JSON can hold, or a NumPy number."""

    def change(everything):
        everything["predictions"][str(id)] = {"answer": answer, "skipped": bool(skipped)}

    _change(change)


def prediction(id):
    """{"answer": ..., "skipped": ...} of a prediction question, or None."""
    return _read()["predictions"].get(str(id))


def record_answer(id, answer, correct=None):
    """Keep the answer to a quiz question, and how often it has been answered."""

    def change(everything):
        entry = everything["quiz"].setdefault(str(id), {"tries": 0})
        entry.update(answer=answer, correct=correct, tries=entry.get("tries", 0) + 1)

    _change(change)


def answer(id):
    """{"answer": ..., "correct": ..., "tries": ...} of a quiz question, or None."""
    return _read()["quiz"].get(str(id))


def record_check(id, status, mistake=None, said=None):
    """Keep the outcome of a check, unless it is "not attempted". Returns how often in a row it was this."""
    if status == "not attempted":
        return 0
    repeated = 1

    def change(everything):
        nonlocal repeated
        entry = _entry(everything, id)
        same = (entry["status"], entry["mistake"], entry["said"]) == (status, mistake, said)
        repeated = entry["repeated"] + 1 if same else 1
        entry.update(status=status, mistake=mistake, said=said, repeated=repeated, tries=entry["tries"] + 1)
        entry["passed"] = entry["passed"] or status.startswith("passed")
        if mistake:
            entry["mistakes"][mistake] = entry["mistakes"].get(mistake, 0) + 1

    _change(change)
    return repeated


def attempts(id):
    """How many checks of this exercise have been recorded."""
    return _entry(_read(), id)["tries"]


def passed(id):
    """True once a check of this exercise has passed."""
    return _entry(_read(), id)["passed"]


def record_hint(id, rung):
    """Keep that hint number `rung` has been shown."""

    def change(everything):
        entry = _entry(everything, id)
        entry["hints"] = max(entry["hints"], int(rung))

    _change(change)


def hints(id):
    """How many hints of this exercise have been shown."""
    return _entry(_read(), id)["hints"]


def record_solution(id):
    """Keep that the solution has been read before the exercise was passed."""

    def change(everything):
        _entry(everything, id)["opened"] = True

    _change(change)


def everything():
    """All that is recorded, as one dict: version, predictions, exercises, quiz. A copy."""
    return copy.deepcopy(_read())


def forget(lesson):
    """Drop what is recorded of one lesson, such as "04"; returns the backup's path, or None without one."""
    prefix = f"{lesson}."
    aside = _backup()

    def change(everything):
        for part in PARTS:
            for id in [id for id in everything[part] if id.startswith(prefix)]:
                del everything[part][id]

    _change(change)
    return aside


def export(path=None):
    """Everything recorded, as one line of text to paste elsewhere; with a path, as a file too.

    On Binder nothing outlives the session: keep this line, and hand it to `restore` in the next one.

    >>> export().startswith("optimlab-progress:")
    True
    """
    text = json.dumps(_read(), sort_keys=True, separators=(",", ":"), default=_plain)
    line = LINE + base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
    if path is not None:
        Path(path).expanduser().write_text(line + "\n", encoding="utf-8")
    return line


def restore(source):
    """Take in what `export` gave: its line, or the path of its file or of a progress file.

    What is recorded here stays: of two entries, the one that got further is kept. The file as it was is
    copied beside it first. Returns a sentence. Raises ValueError for anything else.
    """
    found = _parsed_export(source)
    aside = _backup()

    def change(everything):
        for part in PARTS:
            for id, entry in found[part].items():
                mine = everything[part].get(id)
                if mine is None or _got_further(part, entry) > _got_further(part, mine):
                    everything[part][id] = entry

    _change(change)
    counts = ", ".join(f"{len(found[part])} {part}" for part in PARTS)
    kept = f" What was here before is in {aside.name}." if aside else ""
    return f"Restored: {counts}.{kept}"


def _got_further(part, entry):
    keys = {
        "predictions": ["answer"],
        "exercises": ["passed", "tries", "hints"],
        "quiz": ["correct", "tries"],
    }[part]
    if part == "predictions":
        return (not entry.get("skipped", False),)
    return tuple(value if isinstance(value := entry.get(key), (bool, int)) else 0 for key in keys)


def _parsed_export(source):
    text = "".join(str(source).split()) if not isinstance(source, Path) else ""
    if not text.startswith(LINE):
        path = Path(str(source)).expanduser()
        try:
            is_file = path.is_file()
        except (OSError, ValueError):
            is_file = False
        if not is_file:
            raise ValueError(
                f"{_short(source)} is neither the line that export() gives, which begins with {LINE}, "
                "nor a file."
            )
        try:
            raw = path.read_text(encoding="utf-8")
            text = "".join(raw.split())
            if not text.startswith(LINE):
                return _checked(raw)
        except (OSError, ValueError) as problem:
            raise ValueError(f"{path} is no progress file: {problem}.") from None
    try:
        packed = base64.b64decode(text[len(LINE):], altchars=b"-_", validate=True)
        return _checked(zlib.decompress(packed).decode("utf-8"))
    except (binascii.Error, zlib.error, ValueError):
        raise ValueError("This line is not whole: copy it from its first letter to its last.") from None


def _short(source):
    text = str(source)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _backup():
    """A copy of the progress file beside it, or None if there is nothing to lose."""
    path = where()
    if path is None or not path.is_file() or not path.read_bytes().strip():
        return None
    aside = _free_name(path)
    aside.write_bytes(path.read_bytes())
    return aside


def _entry(everything, id):
    """The entry of an exercise, with whatever a fresh one has and this one lacks."""
    entry = everything["exercises"].setdefault(str(id), {})
    for key in ("status", "mistake", "said"):
        entry.setdefault(key, None)
    for key, fresh in (("repeated", 0), ("tries", 0), ("passed", False), ("hints", 0), ("mistakes", {})):
        if not isinstance(entry.get(key), type(fresh)):
            entry[key] = copy.copy(fresh)
    return entry


def _empty():
    return {"version": VERSION, **{part: {} for part in PARTS}}


def _read():
    path = where()
    if path in _in_memory or path is None:
        return _in_memory.setdefault(path, _empty())
    for _ in range(10 if os.name == "nt" else 1):
        try:
            return _parsed(path)
        except PermissionError:
            time.sleep(0.02)
        except (OSError, ValueError):
            break
    return _empty()


def _change(change):
    path = where()
    if path is None:
        change(_in_memory.setdefault(None, _empty()))
        return
    try:
        with _locked(path):
            everything = copy.deepcopy(_in_memory[path]) if path in _in_memory else _loaded(path)
            change(everything)
            _write(path, everything)
            _in_memory.pop(path, None)
    except OSError as failure:
        everything = _read()
        change(everything)
        _in_memory[path] = everything
        reason = failure.strerror or failure
        _say(f"Progress cannot be written to {path} ({reason}); it is kept until the kernel stops.")


def _loaded(path):
    """The file's content; a file that is not ours or is damaged is moved aside first."""
    try:
        return _parsed(path)
    except ValueError:
        aside = _free_name(path)
        os.replace(path, aside)
        _say(
            f"{path} could not be read as a progress file; it is now {aside.name}, and a new one begins.",
            again=True,
        )
        return _empty()


def _parsed(path):
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return _empty()
    return _checked(text) if text.strip() else _empty()


def _checked(text):
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise ValueError("not a progress file of this version")
    for part in PARTS:
        entries = found.setdefault(part, {})
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise ValueError(f"{part} is damaged")
    return found


def _free_name(path):
    number = 1
    while (aside := path.with_name(f"{path.name}.bak-{number}")).exists():
        number += 1
    return aside


def _write(path, everything):
    text = json.dumps(everything, indent=1, sort_keys=True, default=_plain) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _replace(temporary, path):
    """os.replace; Windows refuses it while another kernel is reading the file, so try for a moment."""
    for _ in range(50):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(0.02)
    os.replace(temporary, path)


def _plain(value):
    """JSON for a NumPy number or array, and the words of anything else."""
    for method in ("tolist", "item"):
        if hasattr(value, method):
            return getattr(value, method)()
    return str(value)


@contextmanager
def _locked(path):
    """Hold the lock beside `path`. The system frees it if the kernel dies, so it is never left behind.

    Its name begins with a dot, so that JupyterLab's file browser does not show it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(f".{path.name}.lock"), "a+b") as file:
        give_up = time.monotonic() + LOCK_SECONDS
        while not _try_lock(file):
            if time.monotonic() > give_up:
                raise TimeoutError(f"another kernel has held .{path.name}.lock for {LOCK_SECONDS:g} seconds")
            time.sleep(0.005)
        try:
            yield
        finally:
            _unlock(file)


if os.name == "nt":
    import msvcrt

    def _try_lock(file):
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        except OSError:
            return False

    def _unlock(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False

    def _unlock(file):
        fcntl.flock(file, fcntl.LOCK_UN)


def _say(sentence, again=False):
    if again or sentence not in _said:
        _said.add(sentence)
        print(sentence, file=sys.stderr)
