"""IDX files, the form in which MNIST and Fashion-MNIST are handed around; plain or gzipped."""

import gzip
import math
import os
import zlib
from pathlib import Path

import numpy as np

from optimlab.data.parts import Dataset, Part

KINDS = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
FASHION = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
           "ankle boot")


def read_idx(path):
    """The array in an IDX file, plain or gzipped.

    Args:
        path: a file name.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a file that is no IDX file, or is not whole.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels-idx1-ubyte"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([5, 0, 4]))
    ...     read_idx(path)
    array([5, 0, 4], dtype=uint8)

    Source: LeCun, Cortes and Burges (1998), The MNIST database of handwritten digits.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: an IDX file is needed, there is no file {str(path)!r}")
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"path: a whole gzip file is needed, {str(path)!r} is cut short or "
                             "damaged") from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in KINDS:
        raise ValueError(f"path: an IDX file is needed, {str(path)!r} does not begin like one")
    kind, ndim = np.dtype(KINDS[content[2]]), content[3]
    if len(content) < 4 + 4 * ndim:
        raise ValueError(f"path: {4 + 4 * ndim} bytes are needed before the values, {str(path)!r} has "
                         f"{len(content)}; it is cut short")
    shape = tuple(int.from_bytes(content[4 + 4 * i:8 + 4 * i], "big") for i in range(ndim))
    values, needed = content[4 + 4 * ndim:], math.prod(shape) * kind.itemsize
    if len(values) != needed:
        raise ValueError(f"path: {needed} bytes are needed for shape {shape}, {str(path)!r} has "
                         f"{len(values)}; it is cut short or damaged")
    return np.frombuffer(values, kind).reshape(shape).astype(kind.newbyteorder("="))


def mnist(folder=None):
    """MNIST from IDX files that you have: 60,000 and 10,000 handwritten digits of 28 x 28.

    x has shape (N, 1, 28, 28), float32 from 0 to 1; y holds the digits. The last sixth of the training files
    is the validation part. Nothing is downloaded.

    Args:
        folder: where the four files are (train-images-idx3-ubyte and so on, with or without .gz), or a folder
            above it that has them in mnist/ or MNIST/raw/. None takes the folder above from the
            environment variable OPTIMLAB_DATA.

    Raises:
        FileNotFoundError: they are not there, with what to do.
        ValueError: a file that is damaged, or images and labels that do not belong together.

    >>> mnist("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FileNotFoundError: folder: the IDX files of MNIST are needed, 'nowhere' has no ...

    Source: LeCun, Cortes and Burges (1998), The MNIST database of handwritten digits.
    """
    return _from_files("MNIST", folder, ("mnist", "MNIST/raw"), tuple("0123456789"))


def fashion_mnist(folder=None):
    """Fashion-MNIST from IDX files that you have: 60,000 and 10,000 pictures of clothes, 28 x 28.

    As mnist(), with the files in the folder, or below it in fashion-mnist/ or FashionMNIST/raw/. On Debian
    and Ubuntu the package dataset-fashion-mnist brings them. Without them there is fashion_mini(), 4,000 of
    the pictures.

    Raises:
        FileNotFoundError, ValueError: as mnist().

    >>> fashion_mnist("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FileNotFoundError: folder: the IDX files of Fashion-MNIST are needed, 'nowhere' has no ...

    Source: Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine
    learning.
    """
    return _from_files("Fashion-MNIST", folder, ("fashion-mnist", "FashionMNIST/raw"), FASHION)


def _from_files(name, folder, below, classes):
    images, labels, test_images, test_labels = (read_idx(path) for path in _find(name, folder, below))
    train, test = _part(name, images, labels), _part(name, test_images, test_labels)
    n = len(train.x) - len(train.x) // 6
    return Dataset(name, Part(train.x[:n], train.y[:n]), Part(train.x[n:], train.y[n:]), test, classes,
                   about=f"{name} from files of yours.")


def _find(name, folder, below):
    """The four files, in the first of the possible folders that has them."""
    places = (".", *below)
    if folder is None:
        folder = os.environ.get("OPTIMLAB_DATA")
        if not folder:
            raise FileNotFoundError(f"folder: the IDX files of {name} are needed and do not come with "
                                    "optimlab; name their folder, or set the environment variable "
                                    "OPTIMLAB_DATA")
        # Both sets use the same file names: only a folder of its own tells which one it is.
        places = below
    for place in places:
        found = {file: _either(Path(folder) / place, file) for file in NAMES}
        if all(found.values()):
            return list(found.values())
        if any(found.values()):
            missing = next(file for file in NAMES if not found[file])
            raise FileNotFoundError(f"folder: the four IDX files of {name} are needed, "
                                    f"{str(Path(folder) / place)!r} has no {missing}, with or without .gz")
    raise FileNotFoundError(f"folder: the IDX files of {name} are needed, {str(folder)!r} has no {NAMES[0]}, "
                            f"nor has {' or '.join(below)} in it")


def _either(folder, name):
    """The file of this name, or with a dot in it as some write it, plain or .gz; None if there is none."""
    names = [stem + end for stem in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]
    return next((folder / one for one in names if (folder / one).is_file()), None)


def _part(name, images, labels):
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(f"folder: images (N, 28, 28) and labels (N,) of {name} are needed, "
                         f"got {images.shape} and {labels.shape}")
    if not labels.size or labels.max() > 9:
        raise ValueError(f"folder: labels from 0 to 9 are needed for {name}, got "
                         f"{labels.max() if labels.size else 'none'}")
    return Part((images / np.float32(255))[:, None], labels.astype(np.int64))
