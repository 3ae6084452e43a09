"""Small data sets for learning how to train, and minibatches of them. Nothing here is ever downloaded.

Pictures: digits, fashion_mini; whole sets from your own files: mnist, fashion_mnist. Curves: mnist1d.
Tables: diabetes, breast_cancer. Series: sunspots, airline. Text: novel, word_counts. From a seed:
two_moons, spirals, clusters, chebyshev, NoisyQuadratic. Every loader gives a training, a validation and a
test part, the same on every machine; where each file comes from stands in optimlab/data/files/README.md.

>>> from optimlab import data
>>> import numpy as np
>>> x, y = data.digits().train
>>> Xb, Yb = next(data.minibatches(x, y, batch_size=32, rng=np.random.default_rng(0)))
>>> Xb.shape, Yb.shape
((32, 1, 8, 8), (32,))
"""

from optimlab.data.curves import make_mnist1d, mnist1d, mnist1d_templates
from optimlab.data.idx import fashion_mnist, mnist, read_idx
from optimlab.data.images import digits, fashion_mini
from optimlab.data.parts import Dataset, Part, check_part, minibatches, standardize
from optimlab.data.series import Series, airline, sunspots, windows
from optimlab.data.synthetic import NoisyQuadratic, chebyshev, clusters, spirals, two_moons
from optimlab.data.tables import breast_cancer, diabetes
from optimlab.data.text import Text, novel, sequences, word_counts

__all__ = [
    "Dataset", "NoisyQuadratic", "Part", "Series", "Text", "airline", "breast_cancer", "chebyshev",
    "check_part", "clusters", "diabetes", "digits", "fashion_mini", "fashion_mnist", "make_mnist1d",
    "minibatches", "mnist", "mnist1d", "mnist1d_templates", "novel", "read_idx", "sequences", "spirals",
    "standardize", "sunspots", "two_moons", "windows", "word_counts",
]
