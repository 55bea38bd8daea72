"""Everything that decides what a model is built of."""

import dataclasses

from axml_tf.console.settings import check, require, setting


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """What a neural system builds.

    The defaults are the paper's for its medium-scale sets (Experimental
    Settings). `vocab_size`, `num_labels` and the dimension of pre-trained
    vectors come from the data set.

    Raises:
        UserError: a value is out of range.
    """

    vocab_size: int
    num_labels: int
    embedding_dim: int = setting(
        default=300,
        at_least=1,
        help="Width of a word vector; pre-trained vectors set it themselves.",
    )
    trainable_embeddings: bool = setting(
        default=True, help="Whether word vectors are trained too."
    )
    hidden_dim: int = setting(
        default=256,
        at_least=1,
        help="Units of the encoder in each direction; of xml_cnn, feature "
        "maps of a width.",
    )
    fc_dims: tuple[int, ...] = setting(
        default=(256,),
        help="Units of each fully connected layer, one or two of them.",
    )
    dropout: float = setting(
        default=0.5,
        at_least=0,
        below=1,
        help="Share of the encoder's outputs dropped in training.",
    )
    embedding_dropout: float = setting(
        default=0.2,
        at_least=0,
        below=1,
        help="Share of word vector entries dropped in training. The paper is "
        "silent here; its authors' code has 0.2.",
    )
    label_bias: bool = setting(
        default=False,
        help="Whether each label has an output bias of its own, started at "
        "its log-odds in training. Not in the paper, whose output layer is "
        "shared by all labels; it saves the first epoch or two. The other "
        "models always have these biases, and start them so only if asked.",
    )
    model: str = setting(
        default="attention_xml",
        help="What to train: AttentionXML, or one of the neural systems that "
        "the paper compares it with.",
    )
    encoder: str = setting(
        default="lstm",
        help="What reads the words, in both directions: the paper's LSTM, or "
        "a GRU. xml_cnn has none.",
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "fc_dims", tuple(self.fc_dims))
        for name in ("vocab_size", "num_labels"):
            require(getattr(self, name) >= 1, self, name, "at least 1")
        require(
            len(self.fc_dims) in (1, 2) and min(self.fc_dims) >= 1,
            self,
            "fc_dims",
            "one or two positive integers",
        )
        check(self)
