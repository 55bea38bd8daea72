"""Worker: text to labels with NLTK and LibMultiLabel's network, in process.

Runs in the peers' environment, see peers_env.py.
"""

import collections
import time
from pathlib import Path

import torch
from nltk.tokenize import word_tokenize

from benchmarks.peer import Peer
from benchmarks.workers import serve


class ServingPeer(Peer):
    """A model, its words, and the texts to answer."""

    def read(self, path: str) -> None:
        """Reads texts, one a line; their words are the vocabulary."""
        lines = Path(path).read_text(encoding="utf-8").split("\n")
        self.texts = lines[:-1]
        counts = collections.Counter[str]()
        for text in self.texts:
            counts.update(self._words(text))
        most = counts.most_common(self.size.vocab_size - 2)
        self.ids = {word: i for i, (word, _) in enumerate(most, 2)}
        self.names = [f"label {i}" for i in range(self.size.num_labels)]
        self.model.eval()

    def answer(self, index: int, top_k: int) -> float:
        """Seconds from a text to its best labels and their probabilities."""
        start = time.perf_counter()
        words = self._words(self.texts[index])[: self.size.tokens]
        ids = [self.ids.get(word, 1) for word in words] or [0]
        with torch.inference_mode():
            logits = self.model({"text": torch.tensor([ids])})["logits"]
            scores, labels = torch.topk(logits[0], top_k)
            torch.sigmoid(scores).tolist()
        [self.names[i] for i in labels.tolist()]
        return time.perf_counter() - start

    @staticmethod
    def _words(text: str) -> list[str]:
        # Without the sentence splitter, as in nltk_counter.py.
        return word_tokenize(text.lower(), preserve_line=True)


if __name__ == "__main__":
    peer = ServingPeer()
    peer.matmul(256)  # Threads and libraries are up.
    serve(peer)
