"""Neither a model folder nor an export holds text of a training document."""

import numpy as np
import pytest

from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.export.export_model import export_model
from axml_tf.export.warmup import WARMUP_FILE
from axml_tf.inspection.split_documents import all_documents
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig
from axml_tf.training.start import model_config_for, train

NUM_DOCUMENTS, WORDS_PER_DOCUMENT = 60, 15
SYLLABLES = ("ba", "Ke", "di", "Go", "fu", "La", "me", "Ni", "ro", "Tu")


def written(number, start=""):
    """A made-up word of its own for each number."""
    return start + "".join(SYLLABLES[int(digit)] for digit in f"{number:03}")


def make_texts(rng):
    """Texts of words in upper and lower case, and one secret in each.

    A word is that of several documents, and in the vocabulary; a secret is
    that of one.
    """
    for document in range(NUM_DOCUMENTS):
        words = [written(n) for n in rng.integers(0, 150, WORDS_PER_DOCUMENT)]
        words[7] = written(document, "Xq")
        gaps = rng.choice([" ", ", ", "; ", " - "], WORDS_PER_DOCUMENT)
        pairs = zip(words, gaps, strict=True)
        yield "".join(word + gap for word, gap in pairs).strip()


def pieces_of(text):
    """What would give a document away: its secret, any three words of it."""
    words = text.split(" ")
    yield from (word.strip(",;") for word in words if word.startswith("Xq"))
    for start in range(len(words) - 2):
        yield " ".join(words[start : start + 3])
    # As the tokenizer has them.
    plain = [word.strip(",;") for word in words if word != "-"]
    for start in range(len(plain) - 2):
        yield " ".join(plain[start : start + 3])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Data, a model trained on them, and its export."""
    folder = tmp_path_factory.mktemp("no_text")
    raw = folder / "raw"
    raw.mkdir()
    rng = np.random.default_rng(0)
    texts = "".join(f"{text}\n" for text in make_texts(rng))
    labels = "".join(f"label{n % 5}\n" for n in range(NUM_DOCUMENTS))
    (raw / "train_raw_texts.txt").write_text(texts)
    (raw / "train_labels.txt").write_text(labels)
    data = prepare(PrepareConfig(raw, folder / "data", valid_fraction=0.2))
    train(
        model_config_for(data, embedding_dim=4, hidden_dim=3, fc_dims=(4,)),
        TrainingConfig(batch_size=8, max_epochs=2, num_replicas=1),
        data,
        folder / "model",
    )
    export_model(TrainedModel(folder / "model", data), folder / "axml")
    return data, folder / "model", folder / "axml"


def content_below(folder):
    """Content of every file, in lower case, by its path."""
    return {
        path: path.read_bytes().lower()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def pieces(folders):
    """Pieces of every training document, in lower case."""
    data, *_ = folders
    texts = [document.text for document in all_documents(data, "train")]
    assert len(texts) > 30
    found = {
        piece.lower().encode()
        for text in texts
        for piece in pieces_of(text.decode())
    }
    # Secrets are found where they do stand.
    shards = content_below(data.folder).values()
    secrets = [piece for piece in found if b" " not in piece]
    assert len(secrets) == len(texts)
    assert all(any(x in content for content in shards) for x in secrets)
    return found


@pytest.mark.parametrize("place", [1, 2], ids=["model", "export"])
def test_no_piece_of_a_training_text_is_in_any_file(folders, pieces, place):
    files = content_below(folders[place])
    assert len(files) > 5
    assert [
        (path, piece)
        for path, content in files.items()
        for piece in pieces
        if piece in content
    ] == []


def test_warm_up_requests_are_among_the_files(folders):
    (path,) = folders[2].glob(f"*/{WARMUP_FILE}")
    assert path.stat().st_size > 1000
