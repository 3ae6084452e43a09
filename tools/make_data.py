"""Make the files in optimlab/data/files from their sources, or with --check compare them.

Needed to run it, and by nothing else in the project:
    pip install scikit-learn statsmodels                       digits, diabetes, breast cancer; sunspots
    apt install dataset-fashion-mnist r-cran-janeaustenr       Fashion-MNIST; Jane Austen (Debian, Ubuntu)

    python tools/make_data.py [--check] [--fashion FOLDER] [--austen FOLDER]

The order of the rows comes from np.random.default_rng(0) and is stored, so that no later NumPy can change it.
"""

import argparse
import sys
import zlib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "optimlab" / "data" / "files"

# Thousands of passengers a month, series G of Box and Jenkins (1970), one row a year.
PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118
115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166
171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201
204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278
284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336
340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405
417 391 419 461 472 535 622 606 508 461 390 432
"""


def stratified(y, sizes, rng):
    """An order of the rows in which each of the consecutive parts has the same share of every class."""
    total = sum(sizes)
    # Within its class every row gets a place between 0 and 1; sorting by place deals the classes out evenly.
    place = np.empty(len(y))
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        place[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    dealt = np.argsort(place, kind="stable")[:total]
    stops = np.cumsum(sizes)
    return np.concatenate([rng.permutation(dealt[stop - size:stop]) for stop, size in
                           zip(stops, sizes, strict=True)])


def digits():
    from sklearn.datasets import load_digits

    source, sizes = load_digits(), (1097, 300, 400)
    order = stratified(source.target, sizes, np.random.default_rng(0))
    x = source.images[order].astype(np.uint8)
    return {"x": x, "y": source.target[order].astype(np.uint8), "sizes": np.array(sizes)}


def diabetes():
    from sklearn.datasets import load_diabetes

    source, sizes = load_diabetes(scaled=False), (302, 70, 70)
    order = np.random.default_rng(0).permutation(sum(sizes))
    return {"x": source.data[order], "y": source.target[order], "sizes": np.array(sizes),
            "features": np.array(source.feature_names)}


def breast_cancer():
    from sklearn.datasets import load_breast_cancer

    source, sizes = load_breast_cancer(), (399, 85, 85)
    order = stratified(source.target, sizes, np.random.default_rng(0))
    return {"x": source.data[order], "y": source.target[order].astype(np.uint8), "sizes": np.array(sizes),
            "features": np.array([str(name) for name in source.feature_names])}


def fashion_mini(folder):
    """300 and 50 pictures of each class from the training files, 50 from the test files."""
    from optimlab.data import read_idx

    rng, xs, ys, sizes = np.random.default_rng(0), [], [], (3000, 500, 500)
    for stem, parts in (("train", sizes[:2]), ("t10k", sizes[2:])):
        x = read_idx(folder / f"{stem}-images-idx3-ubyte.gz")
        y = read_idx(folder / f"{stem}-labels-idx1-ubyte.gz")
        drawn = [rng.permutation(np.flatnonzero(y == label)) for label in range(10)]
        start = 0
        for size in parts:
            rows = np.concatenate([one[start:start + size // 10] for one in drawn])
            rows, start = rng.permutation(rows), start + size // 10
            xs.append(x[rows])
            ys.append(y[rows])
    return {"x": np.concatenate(xs), "y": np.concatenate(ys), "sizes": np.array(sizes)}


def novel(folder):
    """Pride and Prejudice out of R's lazy-load database: blocks of a length and zlib data, one for each "
    "novel."""
    database, start = (folder / "Rdata.rdb").read_bytes(), 0
    while start < len(database):
        block = zlib.decompressobj()
        content = block.decompress(database[start + 4:])
        start = len(database) - len(block.unused_data)
        lines = strings(content)
        if lines[0] == "PRIDE AND PREJUDICE":
            return {"text": np.frombuffer("\n".join(lines).encode("ascii"), np.uint8)}
    raise SystemExit(f"{folder}: Pride and Prejudice was not found")


def strings(content):
    """The strings of one serialized R character vector: flags, a count, then flags, length and bytes of "
    "each."""
    at = 14 + 4 + int.from_bytes(content[14:18], "big") + 4 if content[2:6] == b"\0\0\0\3" else 14 + 4
    count, at, found = int.from_bytes(content[at:at + 4], "big"), at + 4, []
    for _ in range(count):
        length = int.from_bytes(content[at + 4:at + 8], "big")
        found.append(content[at + 8:at + 8 + length].decode("utf-8"))
        at += 8 + length
    return found


def sunspots():
    from statsmodels.datasets import sunspots

    table = sunspots.load_pandas().data
    return ["year,sunspots", *(f"{int(year)},{value:g}" for year, value in table.to_numpy())]


def airline():
    counts = [int(count) for count in PASSENGERS.split()]
    return ["year,passengers", *(f"{1949 + month / 12:.4f},{count}" for month, count in enumerate(counts))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the files and write nothing")
    parser.add_argument("--fashion", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--austen", type=Path, default=Path("/usr/lib/R/site-library/janeaustenr/data"))
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    made = {
        "digits.npz": digits(), "diabetes.npz": diabetes(), "breast_cancer.npz": breast_cancer(),
        "fashion_mini.npz": fashion_mini(args.fashion), "novel.npz": novel(args.austen),
        "sunspots.csv": sunspots(), "airline.csv": airline(),
    }
    different = []
    for name, content in made.items():
        path = FILES / name
        if args.check:
            same = equal(path, content)
            print(f"{name}: {'as made' if same else 'different'}")
            different += [] if same else [name]
        else:
            if isinstance(content, dict):
                np.savez_compressed(path, **content)
            else:
                path.write_text("\n".join(content) + "\n", encoding="utf-8", newline="\n")
            print(f"{name}: {path.stat().st_size:,} bytes")
    return 1 if different else 0


def equal(path, content):
    if not isinstance(content, dict):
        return path.read_text(encoding="utf-8").splitlines() == content
    with np.load(path) as stored:
        return set(stored.files) == set(content) and all(
            np.array_equal(stored[key], content[key]) for key in content)


if __name__ == "__main__":
    sys.exit(main())
