"""Documents get the ids that the tokenizer gives one text at a time."""

import numpy as np
import pytest
import tensorflow as tf

from axml_tf.data_prep.batch_words import split_batch
from axml_tf.data_prep.batches import map_batches
from axml_tf.data_prep.readers.document import Document
from axml_tf.data_prep.tokenization import tokenized, tokenized_from_spool
from axml_tf.data_prep.word_spool import WordSpool
from axml_tf.dataset.tokenizer import Tokenizer

WORDS = ["cat", "dogs", "0000", "na\u00efve"]
MAX_LENGTH = 5


@pytest.fixture
def tokenizer(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("".join(f"{w}\n" for w in ("<pad>", "<unk>", *WORDS)))
    return Tokenizer(path, MAX_LENGTH)


@pytest.fixture(scope="module")
def documents():
    """More than a batch, some without words, some cut."""
    rng = np.random.default_rng(0)
    words = ["Cat", "dogs", "1998", "NA\u00cfVE", "bird,bird", "", "-"]
    return [
        Document(
            f"d{index}",
            " ".join(rng.choice(words, rng.integers(0, 12))).encode(),
            (),
        )
        for index in range(700)
    ]


def check(found, documents, tokenizer):
    found = list(found)
    assert [entry.document for entry in found] == documents
    for entry in found[::7]:
        expected = tokenizer(tf.constant([entry.document.text]))
        assert entry.token_ids == expected.token_ids[0].numpy().tolist()
        assert entry.num_words == expected.num_words[0]
    assert max(len(entry.token_ids) for entry in found) == MAX_LENGTH
    assert max(entry.num_words for entry in found) > MAX_LENGTH


def test_ids_are_those_of_one_text_at_a_time(documents, tokenizer):
    check(tokenized(tokenizer, documents), documents, tokenizer)


def test_words_split_before_get_the_same_ids(documents, tokenizer, tmp_path):
    with WordSpool(tmp_path) as spool:
        for _, words in map_batches(
            lambda texts: split_batch(texts, MAX_LENGTH), documents
        ):
            spool.write(words)
        found = tokenized_from_spool(tokenizer, documents, spool)
        check(found, documents, tokenizer)


# Fewer than a batch of documents has; or one batch, where there are three.
@pytest.mark.parametrize("count", [1, 256])
def test_spool_of_other_documents_is_found_out(
    documents, tokenizer, tmp_path, count
):
    texts = [document.text for document in documents[:count]]
    with WordSpool(tmp_path) as spool:
        spool.write(split_batch(texts, MAX_LENGTH))
        with pytest.raises(ValueError, match="zip"):
            list(tokenized_from_spool(tokenizer, documents, spool))


def test_no_document_gives_none(tokenizer):
    assert list(tokenized(tokenizer, [])) == []
