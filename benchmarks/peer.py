"""Worker: LibMultiLabel's flat AttentionXML, in PyTorch.

Runs in the peers' environment, see peers_env.py.
"""

import dataclasses
import time
from importlib.metadata import version
from typing import Any

import torch
from libmultilabel.nn.networks.labelwise_attention_networks import (
    AttentionXML_0,
)

from benchmarks.sizes import Size
from benchmarks.workers import Measured, serve


class Peer(Measured):
    """A model, its optimizer and one batch."""

    def make(self, size: dict[str, Any]) -> dict[str, int]:
        """Builds everything; bytes of parameters and of optimizer slots."""
        self.size = Size(**size)
        torch.manual_seed(0)
        self.model = AttentionXML_0(
            torch.randn(self.size.vocab_size, self.size.embedding_dim),
            self.size.num_labels,
            2 * self.size.hidden_dim,
            list(self.size.fc_dims),
        )
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        parameters = sum(
            p.numel() * p.element_size() for p in self.model.parameters()
        )
        self.set_batch(self.size.batch)
        return {"parameters": parameters, "slots": 2 * parameters}

    def set_batch(self, batch: int, lengths: list[int] | None = None) -> None:
        """Makes a random batch; `lengths` pads its documents."""
        size = dataclasses.replace(self.size, batch=batch)
        token_ids, label_ids = size.random_batch(lengths)
        self.token_ids = torch.from_numpy(token_ids).long()
        self.targets = torch.zeros(batch, size.num_labels)
        self.targets.scatter_(1, torch.from_numpy(label_ids).long(), 1.0)

    def step(self) -> float:
        """Seconds of forward, backward and update."""
        self.model.train()
        start = time.perf_counter()
        self.optimizer.zero_grad()
        logits = self.model({"text": self.token_ids})["logits"]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, self.targets
        )
        loss.backward()
        self.optimizer.step()
        float(loss.detach())
        return time.perf_counter() - start

    def predict(self, top_k: int) -> float:
        """Seconds from ids to the best labels and their probabilities."""
        self.model.eval()
        start = time.perf_counter()
        with torch.inference_mode():
            logits = self.model({"text": self.token_ids})["logits"]
            scores, label_ids = torch.topk(logits, top_k)
            torch.sigmoid(scores).numpy(), label_ids.numpy()
        return time.perf_counter() - start

    @staticmethod
    def matmul(width: int) -> float:
        """Floating-point operations a second of a square product."""
        a, b = torch.randn(width, width), torch.randn(width, width)
        start = time.perf_counter()
        torch.matmul(a, b)
        return 2 * width**3 / (time.perf_counter() - start)

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions of what runs here."""
        names = ("libmultilabel", "torch")
        return {name: version(name) for name in names}


if __name__ == "__main__":
    peer = Peer()
    peer.matmul(256)  # Threads and libraries are up.
    serve(peer)
