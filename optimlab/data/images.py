"""Pictures that come with the package: 8 x 8 digits and a small Fashion-MNIST."""

import numpy as np

from optimlab.data.files import load
from optimlab.data.idx import FASHION
from optimlab.data.parts import Dataset, cut


def digits():
    """1797 handwritten digits of 8 x 8: 1097 to train on, 300 for validation, 400 to test.

    x has shape (N, 1, 8, 8), float32 from 0 to 1; y holds the digits. Shuffled once and for all, with the
    same share of every digit in each part.

    >>> digits().train
    Part(x (1097, 1, 8, 8), y (1097,))

    Source: Alpaydin and Kaynak (1998), Optical recognition of handwritten digits; by way of scikit-learn.
    """
    return _images("digits", "digits.npz", 16, tuple("0123456789"),
                   "Optical recognition of handwritten digits, Alpaydin and Kaynak (1998), CC BY 4.0; by way "
                   "of scikit-learn, BSD-3-Clause.")


def fashion_mini():
    """4000 pictures of clothes, 28 x 28: 3000 to train on, 500 for validation, 500 to test, balanced.

    x has shape (N, 1, 28, 28), float32 from 0 to 1; y the labels 0 to 9. Training and validation part come
    from Fashion-MNIST's training set, the test part from its test set. fashion_mnist() reads the whole set.

    >>> fashion = fashion_mini()
    >>> fashion.test
    Part(x (500, 1, 28, 28), y (500,))
    >>> fashion.classes[9]
    'ankle boot'

    Source: Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine
    learning.
    """
    return _images("Fashion-MNIST, 4000 of it", "fashion_mini.npz", 255, FASHION,
                   "4000 pictures of Fashion-MNIST, Xiao, Rasul and Vollgraf (2017), MIT licence, "
                   "Zalando SE.")


def _images(name, file, white, classes, about):
    stored = load(file)
    x = (stored["x"] / np.float32(white))[:, None]
    return Dataset(name, *cut(x, stored["y"].astype(np.int64), stored["sizes"]), classes, about=about)
