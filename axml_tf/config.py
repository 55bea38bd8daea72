"""Settings of a model and of its training.

A flag, its field here and the argument it becomes share one name. An unknown
name is an error everywhere.
"""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any, TypeVar

from axml_tf.errors import UserError
from axml_tf.files import atomic_file
from axml_tf.flags import setting

CONFIG_FILE = "config.json"

# What a run may change when it goes on.
_MAY_CHANGE = (
    "max_epochs",
    "checkpoint_every",
    "attention_every",
    "early_stopping_patience",
    "label_chunk_size",
)

_MODELS = ("attention_xml", "xml_rnn", "xml_cnn")
_PRECISIONS = ("none", "bfloat16", "float16")

_Config = TypeVar("_Config")


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """What `build_model` builds.

    The defaults are the paper's for its medium-scale sets (Experimental
    Settings). `vocab_size`, `num_labels` and the dimension of pre-trained
    vectors come from the data set.

    Raises:
        UserError: a value is out of range.
    """

    vocab_size: int
    num_labels: int
    embedding_dim: int = setting(
        300, "Width of a word vector; pre-trained vectors set it themselves."
    )
    trainable_embeddings: bool = setting(
        True, "Whether word vectors are trained too."
    )
    hidden_dim: int = setting(
        256,
        "LSTM units in each direction; of xml_cnn, feature maps of a width.",
    )
    fc_dims: tuple[int, ...] = setting(
        (256,), "Units of each fully connected layer, one or two of them."
    )
    dropout: float = setting(
        0.5, "Share of BiLSTM outputs dropped in training."
    )
    embedding_dropout: float = setting(
        0.2,
        "Share of word vector entries dropped in training. The paper is "
        "silent here; its authors' code has 0.2.",
    )
    label_bias: bool = setting(
        False,
        "Whether each label has an output bias of its own, started at its "
        "log-odds in training. Not in the paper, whose output layer is "
        "shared by all labels; it saves the first epoch or two. The other "
        "models always have these biases, and start them so only if asked.",
    )
    model: str = setting(
        "attention_xml",
        "What to train: AttentionXML, or one of the neural systems that the "
        "paper compares it with.",
        choices=_MODELS,
    )

    def __post_init__(self):
        object.__setattr__(self, "fc_dims", tuple(self.fc_dims))
        positive = ("vocab_size", "num_labels", "embedding_dim", "hidden_dim")
        for name in positive:
            _check(getattr(self, name) >= 1, self, name, "at least 1")
        _check(
            len(self.fc_dims) in (1, 2) and min(self.fc_dims) >= 1,
            self,
            "fc_dims",
            "one or two positive integers",
        )
        for name in ("dropout", "embedding_dropout"):
            _check(0 <= getattr(self, name) < 1, self, name, "in [0, 1)")
        _check(
            self.model in _MODELS,
            self,
            "model",
            f"one of {', '.join(_MODELS)}",
        )


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
    checkpoint_every: int = setting(
        500, "Steps between checkpoints; every validation makes one too."
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
    seed: int = setting(
        0, "Fixes initial weights, dropout and the order of documents."
    )

    def __post_init__(self):
        for name in ("batch_size", "max_epochs", "max_length"):
            _check(getattr(self, name) >= 1, self, name, "at least 1")
        for name in ("checkpoint_every", "shuffle_buffer"):
            _check(getattr(self, name) >= 1, self, name, "at least 1")
        _check(self.learning_rate > 0, self, "learning_rate", "above 0")
        not_negative = (
            "warmup_steps",
            "decay_epochs",
            "gradient_clip_norm",
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


def claim(
    model_dir: str | os.PathLike,
    model: ModelConfig,
    training: TrainingConfig,
    data_fingerprint: str,
) -> None:
    """Writes config.json, or checks that the one there is of the same run.

    Raises:
        UserError: the folder holds a run of other settings or other data;
            the message names them.
    """
    content = {
        "model": dataclasses.asdict(model),
        "training": dataclasses.asdict(training),
        "data_fingerprint": data_fingerprint,
    }
    path = Path(model_dir, CONFIG_FILE)
    if path.exists():
        old_model, old_training, old_fingerprint = load(model_dir)
        if old_fingerprint != data_fingerprint:
            raise UserError(
                f"{model_dir} holds a run on other data. Name another "
                "--model_dir, or the data it was trained on."
            )
        differing = _differing(old_model, model) + [
            line
            for line in _differing(old_training, training)
            if not line.startswith(_MAY_CHANGE)
        ]
        if differing:
            raise UserError(
                f"{model_dir} holds a run of other settings: "
                f"{'; '.join(differing)}. Name another --model_dir, or train "
                "with the settings it has."
            )
    with atomic_file(path) as temporary:
        temporary.write_text(
            json.dumps(content, indent=2) + "\n", encoding="utf-8"
        )


def load(
    model_dir: str | os.PathLike,
) -> tuple[ModelConfig, TrainingConfig, str]:
    """Reads config.json: model, training, fingerprint of the data.

    Raises:
        UserError: the file is missing, damaged, or has unknown names.
    """
    path = Path(model_dir, CONFIG_FILE)
    if not path.is_file():
        raise UserError(
            f"{path} is missing: {model_dir} holds no trained model. Train "
            "one with axml-train."
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return (
            _from_dict(ModelConfig, content["model"]),
            _from_dict(TrainingConfig, content["training"]),
            content["data_fingerprint"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is damaged ({error}). Train the model again."
        ) from error


def _from_dict(kind: type[_Config], values: dict[str, Any]) -> _Config:
    # Unknown and missing names are a TypeError of the constructor.
    return kind(**values)


def _differing(old: Any, new: Any) -> list[str]:
    return [
        f"{name} was {value!r}, is {getattr(new, name)!r}"
        for name, value in dataclasses.asdict(old).items()
        if value != getattr(new, name)
    ]


def _check(right: bool, config: Any, name: str, expected: str) -> None:
    if not right:
        raise UserError(
            f"--{name} must be {expected}; received {getattr(config, name)!r}."
        )
