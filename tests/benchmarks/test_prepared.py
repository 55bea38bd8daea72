import dataclasses

from axml_tf.dataset.shards import read_split
from axml_tf.formats import schema
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.prepared import training_batching, write_random_documents
from benchmarks.sizes import SIZES

SIZE = dataclasses.replace(
    SIZES["medium"], batch=4, tokens=16, num_labels=9, vocab_size=30
)


def test_documents_have_the_lengths_asked_for(tmp_path):
    data = write_random_documents(tmp_path, [3, 16, 1], SIZE)
    documents = [schema.parse(record) for record in read_split(data, "train")]
    by_id = {int(x["id"].numpy()): x for x in documents}
    lengths = [len(by_id[i]["token_ids"]) for i in range(3)]
    assert lengths == [3, 16, 1]
    for document in documents:
        token_ids = document["token_ids"].numpy()
        label_ids = document["label_ids"].numpy().tolist()
        assert token_ids.min() >= 2 and token_ids.max() < 30
        assert len(label_ids) == 5
        assert label_ids == sorted(set(label_ids) & set(range(9)))


def test_folder_tells_what_was_written(tmp_path):
    data = write_random_documents(tmp_path, [3, 16, 1], SIZE)
    assert data.info.split("train").num_words == 20
    assert data.label_names == [f"label {i}" for i in range(9)]
    assert len(data.vocabulary_path.read_text().splitlines()) == 30


def test_batches_are_shuffled_as_in_training():
    default = TrainingConfig()
    batching = training_batching(SIZE)
    assert (batching.batch_size, batching.max_length) == (4, 16)
    assert batching.shuffle_buffer == default.shuffle_buffer
    assert batching.seed == default.seed
