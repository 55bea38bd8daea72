"""A corpus whose labels are planted by known trigger words.

Whoever trains on it knows which words a label's attention must point at.
"""

import itertools
import json
import os
import random
from collections.abc import Iterator
from typing import NamedTuple

from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.readers.lines import write_lines
from axml_tf.storage.files import atomic_directory

TRIGGERS_FILE = "triggers.json"

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_NUM_FILLER_WORDS = 1000
_MAX_LABELS = 3


class _Words(NamedTuple):
    """The words of a corpus.

    Attributes:
        triggers: of each label.
        fillers: the others, most frequent first.
    """

    triggers: dict[str, list[str]]
    fillers: list[str]


def write_generated_corpus(
    output_dir: str | os.PathLike,
    *,
    num_train: int = 2000,
    num_test: int = 400,
    num_labels: int = 40,
    num_words: int = 40,
    seed: int = 0,
) -> None:
    """Writes train and test split in the `lines` format, and the triggers.

    A document is filler words, the n-th most frequent with a share of 1/n,
    and for each of its one to three labels one of that label's one or two
    trigger words, put in at a random place. No trigger is a filler word or
    stands for two labels. triggers.json holds the triggers of each label.

    Args:
        output_dir: folder to make.
        num_train: training documents.
        num_test: test documents.
        num_labels: labels, at least three.
        num_words: filler words per document on average; between half and
            one and a half times as many.
        seed: of everything random.

    Raises:
        UserError: a number is too small, or the folder exists.
    """
    for name, value, least in (
        ("num_train", num_train, 1),
        ("num_test", num_test, 1),
        ("num_labels", num_labels, _MAX_LABELS),
        ("num_words", num_words, 2),
    ):
        if value < least:
            raise UserError(
                f"--{name} must be at least {least}. Received: {value}"
            )
    generator = random.Random(seed)
    words = _made_up_words(generator)
    triggers = {
        f"topic_{index:02d}": list(
            itertools.islice(words, generator.randint(1, 2))
        )
        for index in range(num_labels)
    }
    known = _Words(triggers, list(itertools.islice(words, _NUM_FILLER_WORDS)))
    with atomic_directory(output_dir) as output:
        for split, count in (("train", num_train), ("test", num_test)):
            write_lines(
                output,
                split,
                (
                    _document(generator, f"{split}-{i}", known, n)
                    for i, n in enumerate(_lengths(generator, count, num_words))
                ),
            )
        text = json.dumps(triggers, indent=2) + "\n"
        (output / TRIGGERS_FILE).write_text(text, encoding="utf-8")


def _made_up_words(generator: random.Random) -> Iterator[str]:
    """Yields words that can be spoken, none of them twice."""
    seen = set()
    while True:
        word = "".join(
            generator.choice(_CONSONANTS) + generator.choice(_VOWELS)
            for _ in range(generator.randint(2, 4))
        )
        if word not in seen:
            seen.add(word)
            yield word


def _lengths(
    generator: random.Random, count: int, num_words: int
) -> Iterator[int]:
    for _ in range(count):
        yield generator.randint(num_words // 2, num_words + num_words // 2)


def _document(
    generator: random.Random,
    document_id: str,
    known: _Words,
    num_words: int,
) -> Document:
    labels = generator.sample(
        list(known.triggers), generator.randint(1, _MAX_LABELS)
    )
    shares = [1 / rank for rank in range(1, len(known.fillers) + 1)]
    words = generator.choices(known.fillers, shares, k=num_words)
    for label in labels:
        place = generator.randint(0, len(words))
        words.insert(place, generator.choice(known.triggers[label]))
    return Document(document_id, " ".join(words).encode(), tuple(labels))
