"""IDX files: read back what was written by the format's definition; folders, the variable, damage."""

import gzip
import struct

import numpy as np
import pytest

from optimlab import data

NAMES = {"train-images-idx3-ubyte": (12, 28, 28), "train-labels-idx1-ubyte": (12,),
         "t10k-images-idx3-ubyte": (4, 28, 28), "t10k-labels-idx1-ubyte": (4,)}


def idx(kind, array):
    """Magic number, the sizes as big-endian 32-bit integers, the values as they stand."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


def write(folder, end="", dot=False, leave_out=()):
    folder.mkdir(parents=True, exist_ok=True)
    rng, arrays = np.random.default_rng(0), {}
    for name, shape in NAMES.items():
        array = rng.integers(0, 256 if len(shape) > 1 else 10, shape).astype(np.uint8)
        arrays[name] = array
        content = idx(8, array)
        if name not in leave_out:
            path = folder / ((name.replace("-idx", ".idx") if dot else name) + end)
            path.write_bytes(gzip.compress(content) if end else content)
    return arrays


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("OPTIMLAB_DATA", raising=False)


@pytest.mark.parametrize(("kind", "dtype"), [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"),
                                             (14, ">f8")])
def test_every_kind_of_number_comes_back(tmp_path, kind, dtype):
    array = (np.arange(6).reshape(1, 2, 3) * 21).astype(dtype)
    (tmp_path / "a").write_bytes(idx(kind, array))
    read = data.read_idx(tmp_path / "a")
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.dtype(dtype).newbyteorder("=")
    assert read.flags.writeable


@pytest.mark.parametrize(("load", "below"), [
    (data.mnist, "."), (data.mnist, "mnist"), (data.mnist, "MNIST/raw"),
    (data.fashion_mnist, "."), (data.fashion_mnist, "fashion-mnist"),
    (data.fashion_mnist, "FashionMNIST/raw"),
])
@pytest.mark.parametrize(("end", "dot"), [("", False), (".gz", False), ("", True)])
def test_a_folder_is_found(tmp_path, load, below, end, dot):
    arrays = write(tmp_path / below, end, dot)
    found = load(tmp_path)
    assert [len(part.y) for part in (found.train, found.val, found.test)] == [10, 2, 4]
    images = np.concatenate([found.train.x, found.val.x])
    assert images.dtype == np.float32 and images.shape == (12, 1, 28, 28)
    np.testing.assert_allclose(images[:, 0] * 255, arrays["train-images-idx3-ubyte"], rtol=1e-6)
    np.testing.assert_array_equal(found.test.y, arrays["t10k-labels-idx1-ubyte"])
    assert found.test.y.dtype == np.int64
    assert len(found.classes) == 10


def test_the_variable_names_the_folder_above_so_that_no_set_is_taken_for_the_other(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_DATA", str(tmp_path))
    write(tmp_path)
    with pytest.raises(FileNotFoundError, match="the IDX files of MNIST are needed"):
        data.mnist()
    write(tmp_path / "mnist")
    assert len(data.mnist().test.y) == 4
    with pytest.raises(FileNotFoundError, match="the IDX files of Fashion-MNIST are needed"):
        data.fashion_mnist()


def test_without_folder_and_variable_the_sentence_says_what_to_do():
    with pytest.raises(FileNotFoundError, match="name their folder, or set .* variable OPTIMLAB_DATA"):
        data.mnist()


def test_a_missing_file_is_named(tmp_path):
    write(tmp_path, leave_out=("t10k-labels-idx1-ubyte",))
    with pytest.raises(FileNotFoundError, match="has no t10k-labels-idx1-ubyte, with or without .gz"):
        data.mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        data.read_idx(tmp_path / "nothing")


@pytest.mark.parametrize(("damage", "message"), [
    (lambda b: b[:-1], "9408 bytes are needed for shape .* has 9407"),
    (lambda b: b + b"x", "has 9409"),
    (lambda b: b[:7], "16 bytes are needed before the values, .* has 7"),
    (lambda b: b"PNG" + b, "does not begin like one"),
    (lambda b: b"", "does not begin like one"),
    (lambda b: gzip.compress(b)[:-20], "whole gzip file is needed"),
    (lambda b: gzip.compress(b)[:40] + b"\0" * 40 + gzip.compress(b)[80:], "whole gzip file is needed"),
    (lambda b: struct.pack(">BBBB3I", 0, 0, 8, 3, 2**31, 2**31, 2**31) + b, "bytes are needed for shape"),
])
def test_a_damaged_file_is_named(tmp_path, damage, message):
    write(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message) as caught:
        data.mnist(tmp_path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_images_and_labels_must_belong_together(tmp_path):
    write(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(8, np.zeros(11, np.uint8)))
    with pytest.raises(ValueError, match=r"images \(N, 28, 28\) and .* got \(12, 28, 28\) and \(11,\)"):
        data.mnist(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(8, np.full(12, 77, np.uint8)))
    with pytest.raises(ValueError, match="labels from 0 to 9 are needed for MNIST, got 77"):
        data.mnist(tmp_path)
