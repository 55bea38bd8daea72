"""How a model is trained."""

import dataclasses
import re

from axml_tf.console.settings import check, require, setting

_PRECISIONS = ("none", "bfloat16", "float16")
_ON_BAD_RECORD = ("fail", "skip")


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained.

    Raises:
        UserError: a value is out of range.
    """

    batch_size: int = setting(
        default=40, at_least=1, help="Documents per step, over all replicas."
    )
    max_epochs: int = setting(
        default=50, at_least=1, help="Passes over the training documents."
    )
    learning_rate: float = setting(
        default=1e-3, above=0, help="Adam's learning rate."
    )
    warmup_steps: int = setting(
        default=0,
        at_least=0,
        help="Steps over which the learning rate rises from 0.",
    )
    decay_epochs: int = setting(
        default=0,
        at_least=0,
        help="Epochs over which the learning rate falls to 0 along a cosine; 0 "
        "keeps it, as the paper does.",
    )
    gradient_clip_factor: float = setting(
        default=0.0,
        at_least=0,
        help="Clips a step's gradient at this many times the largest norm of "
        "the last five steps as well; 0 switches it off.",
    )
    swa_start_epoch: int = setting(
        default=0,
        at_least=0,
        help="Epoch from whose end on the weights of all validations are "
        "averaged, each alike; the average is what is validated and kept. 0 "
        "switches it off. From the authors' later code, not in the paper.",
    )
    gradient_clip_norm: float = setting(
        default=5.0,
        at_least=0,
        help="Largest global norm of a step's gradient; 0 switches it off. The "
        "paper is silent; its authors' code clips.",
    )
    max_length: int = setting(
        default=500,
        at_least=1,
        help="Words read per document, at most those prepared.",
    )
    early_stopping_patience: int = setting(
        default=5,
        at_least=0,
        help="Validations without a better nDCG@5 before training stops; 0 "
        "never stops. The paper says only that it stops early.",
    )
    validate_every: int = setting(
        default=0,
        at_least=0,
        help="Steps between validations; 0 validates at the end of an epoch "
        "only.",
    )
    checkpoint_every: str = setting(
        default="500",
        help="Steps between checkpoints, or minutes: 500, or 10min. Every "
        "validation makes one too.",
    )
    keep_checkpoints: int = setting(
        default=2,
        at_least=1,
        help="Newest checkpoints kept, should the last one be damaged.",
    )
    attention_every: int = setting(
        default=1,
        at_least=0,
        help="Epochs between two looks of TensorBoard at the attention on a "
        "few dev documents; 0 never looks.",
    )
    shuffle_buffer: int = setting(
        default=10000,
        at_least=1,
        help="Documents held to be shuffled, beside the shuffled shards.",
    )
    mixed_precision: str = setting(
        default="none",
        choices=_PRECISIONS,
        help="Lower precision of the attention's matrix products; weights, "
        "softmax, loss and all else stay float32. Worth it where the device "
        "has instructions for it (AVX512-BF16, AMX, a GPU).",
    )
    on_bad_record: str = setting(
        default="fail",
        choices=_ON_BAD_RECORD,
        help="What a damaged record of the training split does: end the run, "
        "or be skipped, counted and named.",
    )
    label_chunk_size: int = setting(
        default=0,
        at_least=0,
        help="Labels that the loss works on at once; 0 chooses what fits a "
        "fixed budget of memory. The result is the same.",
    )
    num_replicas: int = setting(
        default=0,
        at_least=0,
        help="Devices trained on together; 0 takes every GPU, or one CPU. More "
        "than the GPUs there are: logical CPU devices.",
    )
    deterministic_ops: bool = setting(
        default=True,
        help="Whether TensorFlow's ops give the same bits each time. Switch it "
        "off where a GPU has no such op.",
    )
    seed: int = setting(
        default=0,
        help="Fixes initial weights, dropout and the order of documents.",
    )

    def __post_init__(self) -> None:
        check(self)
        require(
            bool(re.fullmatch(r"[1-9]\d{0,8}(min)?", self.checkpoint_every)),
            self,
            "checkpoint_every",
            "a number of steps, or of minutes as in 10min",
        )
