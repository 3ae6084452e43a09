"""Tables that come with the package: diabetes (a regression) and breast cancer (two classes)."""

import numpy as np

from optimlab.data.files import load
from optimlab.data.parts import Dataset, cut


def diabetes():
    """442 patients, 10 measurements each, and how far their diabetes had progressed a year later.

    302 rows to train on, 70 for validation, 70 to test. x (N, 10) and y (N,) are float32 in natural units
    (years, mm Hg, mg/dl), so the columns differ in scale up to 70 times; standardize() evens them out.

    >>> table = diabetes()
    >>> table.train, table.features[:4]
    (Part(x (302, 10), y (302,)), ('age', 'sex', 'bmi', 'bp'))

    Source: Efron, Hastie, Johnstone and Tibshirani (2004), Least angle regression; by way of scikit-learn.
    """
    return _table("diabetes", "diabetes.npz", (), "Diabetes, Efron, Hastie, Johnstone and Tibshirani (2004), "
                  "by way of scikit-learn, BSD-3-Clause.")


def breast_cancer():
    """569 tumours, 30 measurements each of their cells, malignant (0) or benign (1).

    399 rows to train on, 85 for validation, 85 to test, with the same share of both in each. x (N, 30) is
    float32 in natural units: the columns differ in scale up to 200,000 times.

    >>> table = breast_cancer()
    >>> table.train, table.classes
    (Part(x (399, 30), y (399,)), ('malignant', 'benign'))

    Source: Street, Wolberg and Mangasarian (1993), Nuclear feature extraction for breast tumor diagnosis; by
    way of scikit-learn.
    """
    return _table("breast cancer", "breast_cancer.npz", ("malignant", "benign"),
                  "Breast Cancer Wisconsin (Diagnostic), Wolberg, Mangasarian, Street and Street (1995), "
                  "CC BY 4.0; by way of scikit-learn, BSD-3-Clause.")


def _table(name, file, classes, about):
    stored = load(file)
    y = stored["y"].astype(np.int64 if classes else np.float32)
    parts = cut(stored["x"].astype(np.float32), y, stored["sizes"])
    return Dataset(name, *parts, classes, tuple(stored["features"].tolist()), about)
