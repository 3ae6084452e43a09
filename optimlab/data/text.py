"""A novel that comes with the package: as characters, and as counts of words."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from optimlab.data.files import load
from optimlab.data.parts import Dataset, Part, check_whole

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Text:
    """A text as numbers, one for each character.

    Attributes:
        name: what it is called.
        text: all of it, a str.
        chars: its different characters in their order, a str; the number of a character is its place there.
        ids: the numbers, shape (N,), int64.
        train, val, test: the first 90 %, the next 5 % and the last 5 % of ids.
        about: what it is, from where, under which licence.

    >>> text = Text("song", "la la la")
    >>> text.chars, text.ids
    (' al', array([2, 1, 0, 2, 1, 0, 2, 1]))
    """

    name: str
    text: str = field(repr=False)
    about: str = field(default="", repr=False)
    chars: str = field(init=False)
    ids: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "chars", "".join(sorted(set(self.text))))
        object.__setattr__(self, "ids", self.encode(self.text))

    @property
    def train(self):
        return self.ids[:len(self.ids) * 90 // 100]

    @property
    def val(self):
        return self.ids[len(self.ids) * 90 // 100:len(self.ids) * 95 // 100]

    @property
    def test(self):
        return self.ids[len(self.ids) * 95 // 100:]

    def encode(self, text):
        """The numbers of a str, shape (N,). Raises ValueError for a character that the text does not have."""
        places = {char: i for i, char in enumerate(self.chars)}
        unknown = set(text) - set(self.chars)
        if unknown:
            raise ValueError(f"text: only the characters of {self.name} have numbers, "
                             f"got {sorted(unknown)[0]!r}")
        return np.fromiter((places[char] for char in text), np.int64, len(text))

    def decode(self, ids):
        """The str of some numbers, shape (N,). Raises ValueError for a number that no character has."""
        ids = np.asarray(ids)
        if ids.ndim != 1 or ids.dtype.kind not in "iu" or ((ids < 0) | (ids >= len(self.chars))).any():
            raise ValueError(f"ids: whole numbers from 0 to {len(self.chars) - 1} in shape (N,) are needed, "
                             f"got {ids.dtype} of shape {ids.shape}"
                             + (f" from {ids.min()} to {ids.max()}" if ids.size else ""))
        return "".join(self.chars[i] for i in ids)


def novel():
    """Pride and Prejudice, 684,767 characters, 75 of them different.

    >>> book = novel()
    >>> book.text[51:122]
    'It is a truth universally acknowledged, that a single man in possession'
    >>> book.decode(book.train[:19])
    'PRIDE AND PREJUDICE'

    Source: Jane Austen (1813), in the public domain; Project Gutenberg's text by way of the R package
    janeaustenr.
    """
    text = load("novel.npz")["text"].tobytes().decode("ascii")
    return Text("Pride and Prejudice", text, "Jane Austen (1813), Pride and Prejudice, in the public domain.")


def sequences(ids, length):
    """Stretches of a text, each with the characters that follow one place later. No stretch overlaps another.

    Args:
        ids: shape (T,).
        length: characters in a stretch, at least 1.

    Returns:
        Part: x and y, both (N, length) with N = (T - 1) // length; y[:, :-1] equals x[:, 1:].

    Raises:
        TypeError, ValueError: ids of another shape or too few, a length that is no whole number of at least
        1.

    >>> x, y = sequences(np.arange(7), 3)
    >>> x.tolist(), y.tolist()
    ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    """
    ids = np.asarray(ids)
    if ids.ndim != 1:
        raise ValueError(f"ids: shape (T,) is needed, got {ids.shape}")
    check_whole("length", length, least=1)
    n = (len(ids) - 1) // length
    if n < 1:
        raise ValueError(f"ids: at least {length + 1} are needed for a stretch of {length}, got {len(ids)}")
    return Part(ids[:n * length].reshape(n, length).copy(), ids[1:n * length + 1].reshape(n, length).copy())


def word_counts(least=3):
    """The novel as sparse data: the words of each paragraph, and whether somebody speaks in it (1, or 0).

    A row is a paragraph, a column a word, and 99 % of the counts are 0: a handful of words come everywhere,
    most of them almost nowhere. Speech is where the paragraph has a quotation mark, which is not counted as a
    word. Of every ten paragraphs eight are for training, the ninth for validation, the tenth to test.

    Args:
        least: leave out words that stand in fewer paragraphs of the whole book, at least 1.

    Returns:
        Dataset: x (N, words) float32, y (N,), features the words, the commonest first.

    Raises:
        TypeError, ValueError: a `least` that is no whole number of at least 1.

    >>> counts = word_counts(least=10)
    >>> counts.classes, counts.features[:3]
    (('narration', 'speech'), ('to', 'and', 'of'))

    Source: Jane Austen (1813), Pride and Prejudice.
    """
    check_whole("least", least, least=1)
    paragraphs = [text for text in re.split(r"\n\n+", novel().text) if not text.startswith("Chapter ")][2:]
    words = [Counter(WORD.findall(text.lower())) for text in paragraphs]
    spread = Counter(word for counts in words for word in counts)
    known = [word for word in spread if spread[word] >= least]
    features = tuple(sorted(known, key=lambda word: (-spread[word], word)))
    column = {word: i for i, word in enumerate(features)}
    x = np.zeros((len(words), len(features)), np.float32)
    for row, counts in zip(x, words, strict=True):
        for word, count in counts.items():
            if word in column:
                row[column[word]] = count
    y = np.array(['"' in text for text in paragraphs], np.int64)
    tenth = np.arange(len(y)) % 10
    parts = [Part(x[rows], y[rows]) for rows in (tenth < 8, tenth == 8, tenth == 9)]
    return Dataset("words of Pride and Prejudice", *parts, ("narration", "speech"), features,
                   "Counts of words in the paragraphs of Jane Austen (1813), Pride and Prejudice.")
