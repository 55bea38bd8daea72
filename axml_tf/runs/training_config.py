"""How a model is trained."""

import dataclasses
import re
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.console.settings import setting

_PRECISIONS = ("none", "bfloat16", "float16")
_ON_BAD_RECORD = ("fail", "skip")


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained.

    Raises:
        UserError: a value is out of range.
    """

    batch_size: int = setting(40, "Documents per step, over all replicas.")
    max_epochs: int = setting(50, "Passes over the training documents.")
    learning_rate: float = setting(1e-3, "Adam's learning rate.")
    warmup_steps: int = setting(
        0, "Steps over which the learning rate rises from 0."
    )
    decay_epochs: int = setting(
        0,
        "Epochs over which the learning rate falls to 0 along a cosine; 0 "
        "keeps it, as the paper does.",
    )
    gradient_clip_factor: float = setting(
        0.0,
        "Clips a step's gradient at this many times the largest norm of the "
        "last five steps as well; 0 switches it off.",
    )
    swa_start_epoch: int = setting(
        0,
        "Epoch from whose end on the weights of all validations are averaged, "
        "each alike; the average is what is validated and kept. 0 switches "
        "it off. From the authors' later code, not in the paper.",
    )
    gradient_clip_norm: float = setting(
        5.0,
        "Largest global norm of a step's gradient; 0 switches it off. The "
        "paper is silent; its authors' code clips.",
    )
    max_length: int = setting(
        500, "Words read per document, at most those prepared."
    )
    early_stopping_patience: int = setting(
        5,
        "Validations without a better nDCG@5 before training stops; 0 never "
        "stops. The paper says only that it stops early.",
    )
    validate_every: int = setting(
        0,
        "Steps between validations; 0 validates at the end of an epoch only.",
    )
    checkpoint_every: str = setting(
        "500",
        "Steps between checkpoints, or minutes: 500, or 10min. Every "
        "validation makes one too.",
    )
    keep_checkpoints: int = setting(
        2, "Newest checkpoints kept, should the last one be damaged."
    )
    attention_every: int = setting(
        1,
        "Epochs between two looks of TensorBoard at the attention on a few "
        "dev documents; 0 never looks.",
    )
    shuffle_buffer: int = setting(
        10000, "Documents held to be shuffled, beside the shuffled shards."
    )
    mixed_precision: str = setting(
        "none",
        "Lower precision of the attention's matrix products; weights, "
        "softmax, loss and all else stay float32. Worth it where the device "
        "has instructions for it (AVX512-BF16, AMX, a GPU).",
        choices=_PRECISIONS,
    )
    on_bad_record: str = setting(
        "fail",
        "What a damaged record of the training split does: end the run, or "
        "be left out, counted and named.",
        choices=_ON_BAD_RECORD,
    )
    label_chunk_size: int = setting(
        0,
        "Labels that the loss works on at once; 0 chooses what fits a fixed "
        "budget of memory. The result is the same.",
    )
    num_replicas: int = setting(
        0,
        "Devices trained on together; 0 takes every GPU, or one CPU. More "
        "than the GPUs there are: logical CPU devices.",
    )
    deterministic_ops: bool = setting(
        True,
        "Whether TensorFlow's ops give the same bits each time. Switch it off "
        "where a GPU has no such op.",
    )
    seed: int = setting(
        0, "Fixes initial weights, dropout and the order of documents."
    )

    def __post_init__(self):
        for name in ("batch_size", "max_epochs", "max_length"):
            _check(getattr(self, name) >= 1, self, name, "at least 1")
        for name in ("keep_checkpoints", "shuffle_buffer"):
            _check(getattr(self, name) >= 1, self, name, "at least 1")
        _check(self.learning_rate > 0, self, "learning_rate", "above 0")
        not_negative = (
            "warmup_steps",
            "decay_epochs",
            "gradient_clip_norm",
            "gradient_clip_factor",
            "swa_start_epoch",
            "early_stopping_patience",
            "validate_every",
            "attention_every",
            "num_replicas",
            "label_chunk_size",
        )
        for name in not_negative:
            _check(getattr(self, name) >= 0, self, name, "at least 0")
        _check(
            self.mixed_precision in _PRECISIONS,
            self,
            "mixed_precision",
            f"one of {', '.join(_PRECISIONS)}",
        )
        _check(
            self.on_bad_record in _ON_BAD_RECORD,
            self,
            "on_bad_record",
            f"one of {', '.join(_ON_BAD_RECORD)}",
        )
        _check(
            bool(re.fullmatch(r"[1-9]\d{0,8}(min)?", self.checkpoint_every)),
            self,
            "checkpoint_every",
            "a number of steps, or of minutes as in 10min",
        )


def _check(right: bool, config: Any, name: str, expected: str) -> None:
    if not right:
        raise UserError(
            f"--{name} must be {expected}; received {getattr(config, name)!r}."
        )
