"""What is to be known of an exported model, for those who will use it."""

import platform
from importlib.metadata import version
from typing import Any

from axml_tf.console.version import __version__
from axml_tf.evaluation.evaluate import to_markdown
from axml_tf.runs.trained_model import TrainedModel

MODEL_CARD_FILE = "model_card.md"
_LIBRARIES = ("tensorflow", "tensorflow-text", "keras", "numpy")

_LIMITS = """\
- It knows the {num_labels:,} labels of its training data and no others. A
  label that was rare there is rarely right here.
- It reads the first {max_length} words of a text. An answer says whether
  there were more (`truncated`).
- A language written without spaces between words needs them put in first.
- Probabilities are those of each label by itself: they do not sum to 1, and
  nobody has calibrated them on your texts.
- Texts of another kind than the training data's get an answer too, a bad one.
"""

_ATTENTION = """\
Attention is the share that each word has in what a label is scored by. It
shows where the model looked, and helps to find labels that were learnt from
the wrong words. It is no proof of why: a word that gets much attention need
not have raised the score, for the BiLSTM mixes every word with those around
it. Do not use it as the reason for a decision about a person.
"""


def model_card(
    model: TrainedModel, evaluation: dict[str, Any] | None, data_licence: str
) -> str:
    """Writes the card, Markdown.

    Args:
        model: what is exported.
        evaluation: report of axml-evaluate, or None.
        data_licence: licence of the training data; "" where it is not known.
    """
    info, built = model.data.info, model.record.model
    splits = "".join(
        f"| {name} | {split.num_documents:,} | {split.num_words:,} | "
        f"{split.num_labels:,} |\n"
        for name, split in info.splits.items()
    )
    measures = "No report of axml-evaluate was given to the export."
    if evaluation:
        measures = to_markdown(evaluation)
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    limits = _LIMITS.format(
        num_labels=info.num_labels, max_length=model.max_length
    )
    return f"""# Model card

AttentionXML ([You et al., 2018](https://arxiv.org/abs/1811.01727)), made by
axml_tf {__version__}: it finds the few labels of a text among many.

## Training data

| split | documents | words | labels given |
|-------|----------:|------:|-------------:|
{splits}
{info.num_labels:,} labels and a vocabulary of {info.vocab_size:,} words were
seen in training. Fingerprint of vocabulary and labels: {info.fingerprint}.
Licence of the data: {data_licence or "not stated; ask whoever trained this"}.

## Measures

{measures}

## Limits

{limits}
## Attention, and how to read it

{_ATTENTION}
## Made with

{built.encoder.upper()} of {built.hidden_dim} units in each
direction, word vectors of {built.embedding_dim}, fully connected layers
of {", ".join(map(str, built.fc_dims))}. Python
{platform.python_version()}, {versions}.
"""
