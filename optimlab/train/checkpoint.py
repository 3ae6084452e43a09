"""Checkpoints: one .npz file that holds a run, written whole or not at all, and read without pickle."""

import json
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

FORM = "optimlab checkpoint 1"


def save(path, content):
    """Write nested dicts, lists, tuples, numbers, words and arrays to a file.

    The file appears whole, or what was there before stays.

    Raises:
        TypeError: something of another kind.
        OSError: a folder that is missing or may not be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "a.npz", {"w": np.array([1.5]), "betas": (0.9, 0.999)})
    ...     load(Path(folder) / "a.npz")
    {'w': array([1.5]), 'betas': (0.9, 0.999)}
    """
    path, arrays = Path(path), {}
    text = json.dumps({"form": FORM, "content": _pack(content, arrays)})
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"checkpoint: there is no folder {str(path.parent)!r} for {path.name!r}")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, text=np.array(text), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def load(path):
    """What save() wrote.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a file that is cut short or damaged, or is no checkpoint.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"checkpoint: there is no file {str(path)!r} to resume from")
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        text = json.loads(str(arrays.pop("text")))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, AttributeError,
    TypeError) as error:
        raise ValueError(f"checkpoint: {str(path)!r} is cut short or damaged, or no checkpoint; nothing was "
                         "loaded") from error
    if not isinstance(text, dict) or text.get("form") != FORM:
        raise ValueError(f"checkpoint: a file written by fit is needed, {str(path)!r} is something else")
    return _unpack(text["content"], arrays)


def _pack(value, arrays):
    """The value as JSON can hold it, its arrays put aside under numbers."""
    if value is None or isinstance(value, (bool, str)) or type(value) in (int, float):
        return value
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("checkpoint: words are needed as keys of a dict, got "
                            f"{next(key for key in value if not isinstance(key, str))!r}")
        return {"dict": {key: _pack(one, arrays) for key, one in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"tuple" if isinstance(value, tuple) else "list": [_pack(one, arrays) for one in value]}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
        name = f"a{len(arrays)}"
        arrays[name] = np.asarray(value)
        return {"array" if isinstance(value, np.ndarray) else "number": name}
    raise TypeError(f"checkpoint: arrays, numbers and words can be kept, got {type(value).__name__}")


def _unpack(value, arrays):
    if not isinstance(value, dict):
        return value
    (kind, inside), = value.items()
    if kind == "dict":
        return {key: _unpack(one, arrays) for key, one in inside.items()}
    if kind == "array":
        return arrays[inside]
    if kind == "number":
        return arrays[inside][()]
    made = [_unpack(one, arrays) for one in inside]
    return tuple(made) if kind == "tuple" else made
