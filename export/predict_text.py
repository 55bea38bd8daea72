"""Asks an exported model for the labels of a text, and for its reasons.

    python -m export.predict_text --saved_model=OUTPUT/axml "some text"

Every argument is a text; without any, or for the argument -, every line of
the standard input is one. Needs nothing of the model but the SavedModel.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from absl import flags

from axml_tf import errors
from axml_tf.errors import UserError
from export.saved_model import SavedModel

_NUM_WORDS = 3  # Named for every label.
_BOLD, _PLAIN = "\033[1;33m", "\033[0m"


def describe(
    text: bytes, answer: dict[str, np.ndarray], top_k: int, color: bool
) -> str:
    """Writes out one answer.

    Args:
        text: the text, any bytes.
        answer: what `SavedModel.explain` gave for it, without the batch
            dimension.
        top_k: labels to show, at most those in the answer.
        color: whether words are highlighted by colour, or in brackets.

    Returns:
        The text as far as it was read, with the words highlighted that spoke
        for the labels, then a line for each label: probability, name, and
        these words with their share of the attention, summed over all places
        where a word stands.
    """
    real = answer["starts"] >= 0
    spans = list(zip(answer["starts"][real], answer["ends"][real], strict=True))
    words = [_decode(text[start:end]).lower() for start, end in spans]
    names = [_decode(name) for name in answer["labels"][:top_k]]
    width = max(map(len, names))
    lines, named = [], set()
    for rank, name in enumerate(names):
        best = _best_words(words, answer["attention"][rank, real])
        named.update(word for word, _ in best)
        reasons = ", ".join(f"{word} {share:.2f}" for word, share in best)
        probability = answer["probabilities"][rank]
        line = f"  {probability:.3f}  {name:{width}}  {reasons}"
        lines.append(line.rstrip())
    highlighted = [
        span for span, word in zip(spans, words, strict=True) if word in named
    ]
    read = text[: spans[-1][1]] if spans else b""
    return "\n".join([_highlight(read, highlighted, color), *lines])


def _best_words(
    words: list[str], attention: np.ndarray
) -> list[tuple[str, float]]:
    shares = Counter()
    for word, share in zip(words, attention, strict=True):
        shares[word] += float(share)
    return shares.most_common(_NUM_WORDS)


def _highlight(
    text: bytes, spans: Iterable[tuple[int, int]], color: bool
) -> str:
    before, after = (_BOLD, _PLAIN) if color else ("[", "]")
    pieces, end = [], 0
    for start, next_end in spans:
        word = _decode(text[start:next_end])
        pieces += [_decode(text[end:start]), before, word, after]
        end = next_end
    pieces.append(_decode(text[end:]))
    return " ".join("".join(pieces).split())


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def main(argv: list[str]) -> None:
    """Answers the texts that were given as arguments or lines."""
    model = SavedModel(flags.FLAGS.saved_model)
    for text in _texts(argv[1:]):
        answer = {
            name: values[0] for name, values in model.explain([text]).items()
        }
        num_labels = len(answer["labels"])
        top_k = flags.FLAGS.top_k or num_labels
        if top_k > num_labels:
            raise UserError(
                f"--top_k={top_k}: the exported model answers with "
                f"{num_labels} labels. Export it again with a higher --top_k."
            )
        print(describe(text, answer, top_k, sys.stdout.isatty()), flush=True)


# A text may stand on the command line without a flag's name.
main.takes_arguments = True


def _texts(arguments: list[str]) -> Iterator[bytes]:
    for argument in arguments or ["-"]:
        if argument == "-":
            for line in sys.stdin.buffer:
                yield line.rstrip(b"\r\n")
        else:
            yield os.fsencode(argument)


def run() -> None:
    """Runs this module as a command."""
    flags.DEFINE_string(
        "saved_model", None, "Exported model: one version, or all of them."
    )
    flags.DEFINE_integer(
        "top_k",
        None,
        "Labels to show; default: all in the answer.",
        lower_bound=1,
    )
    flags.mark_flag_as_required("saved_model")
    # A flag may also stand behind a text.
    flags.FLAGS.set_gnu_getopt()
    errors.run(main)


if __name__ == "__main__":
    run()
