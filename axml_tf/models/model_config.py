"""Settings of a model and of its training.

A flag, its field here and the argument it becomes share one name. An unknown
name is an error everywhere.
"""

import dataclasses
from typing import Any

from axml_tf.console.errors import UserError
from axml_tf.console.settings import setting

_MODELS = ("attention_xml", "xml_rnn", "xml_cnn")
_PRECISIONS = ("none", "bfloat16", "float16")
_ON_BAD_RECORD = ("fail", "skip")


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


def _check(right: bool, config: Any, name: str, expected: str) -> None:
    if not right:
        raise UserError(
            f"--{name} must be {expected}; received {getattr(config, name)!r}."
        )
