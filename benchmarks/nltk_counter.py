"""Counts the words of a file's texts with NLTK, one text a line.

    python -m benchmarks.nltk_counter FILE

What LibMultiLabel and many a tutorial do before anything else. Runs in the
peers' environment, see peers_env.py. `preserve_line` does without
NLTK's sentence splitter, whose model would have to be downloaded; that favours
the peer.
"""

import collections
import sys

from nltk.tokenize import word_tokenize


def main() -> None:
    """Counts, and prints how much."""
    counts = collections.Counter[str]()
    with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
        for text in file:
            counts.update(word_tokenize(text.lower(), preserve_line=True))
    print(f"{counts.total():,} words, {len(counts):,} different ones")


if __name__ == "__main__":
    main()
