"""The data that comes with the package: its sources' figures, the parts, windows and minibatches."""

import socket
import warnings
from importlib import resources

import numpy as np
import pytest

from optimlab import data

NAMES = ("digits", "fashion_mini", "diabetes", "breast_cancer", "mnist1d", "two_moons", "spirals", "clusters",
         "word_counts")
ALL = {name: getattr(data, name) for name in NAMES}


@pytest.fixture(autouse=True)
def no_warnings_and_no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("data must never be fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def sets():
    return {name: load() for name, load in ALL.items()}


def together(dataset):
    parts = dataset.train, dataset.val, dataset.test
    return np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts])


@pytest.mark.parametrize("name", ALL)
def test_every_set_has_three_whole_parts_with_all_classes(sets, name):
    dataset = sets[name]
    for part in (dataset.train, dataset.val, dataset.test):
        x, y = part
        assert x.dtype == np.float32
        assert len(x) == len(y) > 0
        assert np.isfinite(x).all()
        assert x.flags.writeable and y.flags.writeable
        if dataset.classes:
            assert y.dtype == np.int64
            assert set(y.tolist()) == set(range(len(dataset.classes)))
    assert len(dataset.features) in (0, dataset.train.x.shape[1])
    assert dataset.about


@pytest.mark.parametrize("name", ALL)
def test_no_row_to_train_on_is_in_another_part(sets, name):
    rows = [{row.tobytes() for row in part.x} for part in (sets[name].train, sets[name].val, sets[name].test)]
    # Two short paragraphs may use the same few words; no picture, patient or curve comes twice.
    shared = rows[0] & rows[1] | rows[0] & rows[2] | rows[1] & rows[2]
    assert len(shared) <= (len(rows[0]) // 100 if name == "word_counts" else 0)


@pytest.mark.parametrize("name", ALL)
def test_changing_what_was_loaded_changes_nothing_for_the_next(name):
    first, second = ALL[name](), ALL[name]()
    before = second.train.x.copy(), second.train.y.copy()
    first.train.x[...], first.train.y[...] = 0, 0
    np.testing.assert_array_equal(second.train.x, before[0])
    np.testing.assert_array_equal(ALL[name]().train.x, before[0])
    np.testing.assert_array_equal(ALL[name]().train.y, before[1])


def test_digits_are_those_of_scikit_learn(sets):
    x, y = together(sets["digits"])
    assert x.shape == (1797, 1, 8, 8)
    # From scikit-learn's load_digits(): how many of each digit, and the sum of all pixels of all pictures.
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (x * 16).sum(dtype=float) == 561718
    np.testing.assert_array_equal(np.unique(x * 16), np.arange(17))
    # Its first picture.
    zero = [[0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0], [0, 3, 15, 2, 0, 11, 8, 0],
            [0, 4, 12, 0, 0, 8, 8, 0], [0, 5, 8, 0, 0, 9, 8, 0], [0, 4, 11, 0, 1, 12, 7, 0],
            [0, 2, 14, 5, 10, 12, 0, 0], [0, 0, 6, 13, 10, 0, 0, 0]]
    same = (x[:, 0] * 16 == zero).all(axis=(1, 2))
    assert y[same].tolist() == [0]
    for part, n in ((sets["digits"].val, 300), (sets["digits"].test, 400)):
        assert np.abs(np.bincount(part.y) / n - np.bincount(y) / 1797).max() < 1 / n


def test_fashion_is_balanced_and_labels_fit_the_pictures(sets):
    fashion = sets["fashion_mini"]
    assert [np.bincount(part.y).tolist() for part in (fashion.train, fashion.val, fashion.test)] \
        == [[300] * 10, [50] * 10, [50] * 10]
    assert fashion.train.x.min() == 0 and fashion.train.x.max() == 1
    # Naming the nearest mean picture is right for about two in three; with wrong labels for one in ten.
    means = np.stack([fashion.train.x[fashion.train.y == k].mean(axis=0).ravel() for k in range(10)])
    x = fashion.test.x.reshape(500, -1)
    nearest = ((x[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == fashion.test.y).mean() > 0.6


def test_diabetes_has_the_published_figures(sets):
    x, y = together(sets["diabetes"])
    assert x.shape == (442, 10)
    assert y.mean(dtype=float) == pytest.approx(152.1335, abs=1e-4)
    assert (y.min(), y.max()) == (25, 346)
    names = sets["diabetes"].features
    assert x[:, names.index("bmi")].mean() == pytest.approx(26.3758, abs=1e-3)
    # Efron et al. (2004), table 1: the first patient.
    first = (x[:, :3] == np.float32([59, 2, 32.1])).all(axis=1) & (y == 151)
    assert first.sum() == 1
    design = np.column_stack([np.ones(442), (x - x.mean(axis=0)) / x.std(axis=0)]).astype(float)
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    # R^2 of ordinary least squares on all rows, as many textbooks print it.
    assert 1 - residual.var() / y.var() == pytest.approx(0.5177, abs=1e-4)


def test_breast_cancer_has_the_published_figures(sets):
    x, y = together(sets["breast_cancer"])
    assert x.shape == (569, 30)
    assert np.bincount(y).tolist() == [212, 357]
    features = sets["breast_cancer"].features
    # From the summary table of the data set's description.
    for name, low, high in (("mean radius", 6.981, 28.11), ("worst area", 185.2, 4254),
                            ("mean symmetry", 0.106, 0.304)):
        column = x[:, features.index(name)]
        assert (column.min(), column.max()) == pytest.approx((low, high), rel=1e-3)
    assert x[y == 0, 0].mean() > x[y == 1, 0].mean()


def test_mnist1d_is_the_authors_own():
    one = data.mnist1d()
    assert [len(part.x) for part in (one.train, one.val, one.test)] == [4000, 1000, 1000]
    assert one.train.x.shape[1:] == (1, 40)
    # From the data file that the authors publish.
    np.testing.assert_allclose(one.train.x[0, 0, :5], [-0.332005667369, -0.471910365656, -0.778697076293,
                                                       -1.009740826537, -0.882352565405], atol=1e-6)
    np.testing.assert_allclose(one.test.x[-1, 0, -5:], [-0.098646092585, 0.447232885143, 0.659875647089,
                                                        0.877734349753, 1.193151836835], atol=1e-6)
    assert one.train.y[:10].tolist() == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1]
    assert one.test.y[-5:].tolist() == [2, 5, 9, 6, 4]
    both = np.concatenate([one.train.x, one.test.x])
    assert both.mean(dtype=float) == pytest.approx(0, abs=1e-6)
    assert both.std(dtype=float) == pytest.approx(1, abs=1e-6)
    assert abs(one.val.x.mean()) < 0.05 and abs(one.val.x.std() - 1) < 0.05


def test_mnist1d_of_your_own():
    x, y = data.make_mnist1d(5000, seed=42)
    np.testing.assert_array_equal(x[:4000], data.mnist1d().train.x)
    again, other = data.make_mnist1d(100, seed=1).x, data.make_mnist1d(100, seed=2).x
    np.testing.assert_array_equal(again, data.make_mnist1d(100, seed=1).x)
    assert not np.array_equal(again, other)
    with pytest.raises(ValueError, match="n: a multiple of 10 is needed, .* got 25"):
        data.make_mnist1d(25, seed=0)


def test_templates_are_standardised_and_start_at_zero():
    strokes = data.mnist1d_templates()
    np.testing.assert_allclose(strokes.std(axis=1), 1 / 6)
    np.testing.assert_array_equal(strokes[:, 0], 0)
    # 0 goes up and comes down, 8 is its own mirror image, 7 ends where it began.
    assert strokes[0].min() == 0 and strokes[0].argmax() in range(4, 8)
    np.testing.assert_allclose(strokes[8], strokes[8][::-1])
    assert strokes[7, -1] == 0


def test_sunspots_and_passengers():
    spots, planes = data.sunspots(), data.airline()
    assert len(spots.values) == 309
    assert spots.time[spots.values.argmax()] == 1957
    assert spots.values.max() == pytest.approx(190.2)
    # The eleven years between peaks, from the spectrum.
    power = np.abs(np.fft.rfft(spots.values - spots.values.mean())) ** 2
    assert 10 < 309 / power.argmax() < 12
    # The mean of the 144 months as textbooks print it, and the last July's 622.
    assert len(planes.values) == 144
    assert planes.values.mean(dtype=float) == pytest.approx(280.2986, abs=1e-4)
    assert planes.values.max() == 622
    assert planes.time[planes.values.argmax()] == pytest.approx(1960.5, abs=1e-3)
    for series in (spots, planes):
        np.testing.assert_array_equal(np.concatenate([series.train, series.val, series.test]), series.values)
        assert len(series.train) == int(0.7 * len(series.values))


def test_windows_by_hand():
    x, y = data.windows(np.arange(10), length=4, ahead=3)
    assert x.shape == (4, 4, 1) and y.shape == (4, 1)
    np.testing.assert_array_equal(x[:, :, 0], [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]])
    np.testing.assert_array_equal(y[:, 0], [6, 7, 8, 9])
    x[...] = 0
    assert data.windows(np.arange(3), 2).x.shape == (1, 2, 1)


def test_the_novel():
    book = data.novel()
    assert book.text.startswith("PRIDE AND PREJUDICE\n\nBy Jane Austen")
    assert "It is a truth universally acknowledged" in book.text[:100]
    assert book.text.endswith("had been the means of uniting them.")
    assert [f"\nChapter {n}\n" in book.text for n in (1, 31, 61, 62)] == [True, True, True, False]
    assert sorted(book.chars) == list(book.chars)
    np.testing.assert_array_equal(np.concatenate([book.train, book.val, book.test]), book.ids)
    assert book.decode(book.ids) == book.text
    assert book.decode(book.encode("Darcy")) == "Darcy"


def test_sequences_are_shifted_by_one_and_do_not_overlap():
    book = data.novel()
    x, y = data.sequences(book.val, 50)
    np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
    np.testing.assert_array_equal(x.ravel(), book.val[:x.size])
    assert len(x) == (len(book.val) - 1) // 50
    assert data.sequences(np.arange(4), 3).y.tolist() == [[1, 2, 3]]


def test_word_counts_are_counts_of_the_text(sets):
    counts = sets["word_counts"]
    x, y = together(counts)
    text = data.novel().text.lower()
    assert x[:, counts.features.index("pemberley")].sum() == text.count("pemberley")
    assert x[:, counts.features.index("darcy")].sum() == text.count("darcy") - text.count("darcy's")
    assert (x == 0).mean() > 0.98
    assert (x > 0).sum(axis=0).min() >= 3
    spread = (x > 0).sum(axis=0)
    assert (np.diff(spread) <= 0).all()
    first = counts.train.x[0], counts.train.y[0]
    words = ("it is a truth universally acknowledged that a single man in possession of a good fortune must "
             "be in want of a wife").split()
    assert first[1] == 0 and first[0].sum() == sum(word in counts.features for word in words)
    assert data.word_counts(least=50).train.x.shape[1] < counts.train.x.shape[1]


def test_moons_lie_on_their_circles_and_keep_their_noise():
    x, y = data.two_moons(2000, noise=0).train
    np.testing.assert_allclose(np.linalg.norm(x[y == 0], axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(x[y == 1] - [1, 0.5], axis=1), 1, atol=1e-6)
    assert x[y == 0, 1].min() > -1e-6 and x[y == 1, 1].max() < 0.5 + 1e-6
    noisy = data.two_moons(2000, noise=0.2).train.x
    # The standard deviation of 4000 draws is known to 1 part in sqrt(8000).
    assert (noisy - x).std() == pytest.approx(0.2, rel=4 / np.sqrt(8000))
    assert not np.array_equal(data.two_moons(seed=1).train.x, data.two_moons(seed=2).train.x)
    assert not np.array_equal(data.two_moons().train.x, data.two_moons().val.x)
    np.testing.assert_array_equal(np.bincount(data.two_moons(7).train.y), [4, 3])


def test_arms_of_a_spiral_are_turned_copies():
    x, y = data.spirals(300, classes=3, noise=0).train
    turn = 2 * np.pi / 3
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    np.testing.assert_allclose(x[y == 0] @ matrix, x[y == 1], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(x[y == 2], axis=1), np.arange(1, 101) / 100, atol=1e-6)


def test_noisy_quadratic_is_what_it_says():
    problem = data.NoisyQuadratic([1.0, 4.0], noise=3.0, n=50, seed=1)
    w = np.array([0.5, -2.0])
    singles = np.stack([problem.grad(w, [i]) for i in range(50)])
    np.testing.assert_allclose(singles.mean(axis=0), [0.5, -8.0], atol=1e-12)
    np.testing.assert_allclose(problem.grad(w), [0.5, -8.0], atol=1e-12)
    np.testing.assert_allclose(singles.std(axis=0), 3.0)
    h, rows = 1e-5, [3, 7, 7]
    slope = [(problem.loss(w + h * e, rows) - problem.loss(w - h * e, rows)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(problem.grad(w, rows), slope, rtol=1e-8)
    assert problem.loss(w) - problem.loss(np.zeros(2)) == pytest.approx((0.25 + 4 * 4) / 2)
    assert problem.loss(np.zeros((5, 4, 2))).shape == (5, 4)


def test_standardize_judges_by_the_training_part_alone(sets):
    table = sets["breast_cancer"]
    even = data.standardize(table)
    np.testing.assert_allclose(even.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(even.train.x.std(axis=0), 1, atol=1e-5)
    mean, std = table.train.x.mean(axis=0, dtype=float), table.train.x.std(axis=0, dtype=float)
    np.testing.assert_allclose(even.test.x, (table.test.x - mean) / std, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(even.train.y, table.train.y)
    assert np.ptp(table.train.x[:, 0]) > 10
    targets = data.standardize(sets["diabetes"], targets=True).train.y
    assert targets.mean() == pytest.approx(0, abs=1e-6) and targets.std() == pytest.approx(1, abs=1e-6)
    assert not data.standardize(sets["digits"]).train.x[:, 0, 0, 0].any(), "a pixel that is always 0"


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
def test_minibatches_have_every_row_once_and_keep_pairs(rng):
    X, Y = np.arange(46).reshape(23, 2), np.arange(23) * 10
    pieces = list(data.minibatches(X, Y, 5, rng))
    assert [len(x) for x, _ in pieces] == [5, 5, 5, 5, 3]
    for x, y in pieces:
        np.testing.assert_array_equal(x[:, 0] * 5, y)
    order = np.concatenate([y for _, y in pieces])
    assert sorted(order.tolist()) == Y.tolist()
    assert np.array_equal(order, Y) == (rng is None)
    pieces[0][0][...] = -1
    assert X.min() == 0


def test_the_same_seed_gives_the_same_minibatches():
    def orders(seed):
        pieces = data.minibatches(np.arange(9), np.arange(9), 4, np.random.default_rng(seed))
        return [y.tolist() for _, y in pieces]

    assert orders(1) == orders(1) != orders(2)


def test_all_files_together_stay_small():
    files = [file for file in resources.files("optimlab.data.files").iterdir() if file.is_file()]
    assert sum(len(file.read_bytes()) for file in files) < 6e6
    about = next(file for file in files if file.name == "README.md").read_text(encoding="utf-8")
    stored = [file.name for file in files if file.name.endswith((".npz", ".csv"))]
    assert len(stored) == 7
    assert all(f"`{name}`" in about for name in stored)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: data.minibatches([], [], 4), ValueError, "X: at least one row is needed"),
    (lambda: data.minibatches([1, 2], [1], 4), ValueError, r"one row of Y for each row .* \(2,\) and \(1,\)"),
    (lambda: data.minibatches([1], [1], 0), ValueError, "batch_size: a whole number of at least 1 .* got 0"),
    (lambda: data.minibatches([1], [1], 2.0), TypeError, "batch_size: .* got 2.0"),
    (lambda: data.minibatches([1], [1], 2, 7), TypeError, "rng: a generator made by .* got 7"),
    (lambda: data.windows([[1.0]], 1), ValueError, r"values: shape \(T,\) is needed, got \(1, 1\)"),
    (lambda: data.windows([1.0, 2.0], 2), ValueError, "values: at least 3 are needed .* got 2"),
    (lambda: data.windows([1.0, 2.0], 0), ValueError, "length: .* got 0"),
    (lambda: data.sequences([1, 2], 2), ValueError, "ids: at least 3 are needed .* got 2"),
    (lambda: data.sequences([[1]], 2), ValueError, r"ids: shape \(T,\) is needed, got \(1, 1\)"),
    (lambda: data.novel().encode("caf\u00e9"), ValueError, "text: only the characters of .* '\u00e9'"),
    (lambda: data.novel().decode([75]), ValueError, "ids: whole numbers from 0 to 74 .* from 75 to 75"),
    (lambda: data.word_counts(0), ValueError, "least: .* got 0"),
    (lambda: data.two_moons(1), ValueError, "n: a whole number of at least 2 is needed, got 1"),
    (lambda: data.two_moons(noise=-1), ValueError, "noise: a number of at least 0 is needed, got -1"),
    (lambda: data.two_moons(noise="loud"), TypeError, "noise: .* got 'loud'"),
    (lambda: data.spirals(seed=0.5), TypeError, "seed: .* got 0.5"),
    (lambda: data.spirals(classes=0), ValueError, "classes: .* got 0"),
    (lambda: data.NoisyQuadratic([1, 0]), ValueError, r"curvatures: numbers above 0 .* got \[1, 0\]"),
    (lambda: data.standardize(3), TypeError, "dataset: a Dataset is needed, got int"),
    (lambda: data.standardize(data.digits(), targets=True), ValueError, "targets: digits has classes"),
    (lambda: data.make_mnist1d(10, -1), ValueError, "seed: .* got -1"),
])
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_clusters_lie_around_their_centers_and_wrong_labels_are_in_the_training_part_alone():
    right, wrong = data.clusters(4000, features=3, classes=4), data.clusters(4000, features=3, classes=4,
                                                                              wrong=0.2)
    np.testing.assert_array_equal(right.train.x, wrong.train.x)
    np.testing.assert_array_equal(right.val.y, wrong.val.y)
    # a label that is drawn anew is another one in 3 of 4 cases
    assert np.mean(right.train.y != wrong.train.y) == pytest.approx(0.15, abs=4 * np.sqrt(0.2 / 4000))
    for k in range(4):
        cloud = right.train.x[right.train.y == k]
        assert cloud.std(axis=0) == pytest.approx(np.ones(3), rel=0.1)
        np.testing.assert_allclose(cloud.mean(axis=0), right.val.x[right.val.y == k].mean(axis=0), atol=0.25)
    with pytest.raises(ValueError, match="wrong: a share from 0 to 1 is needed, got 1.5"):
        data.clusters(wrong=1.5)
