from axml_tf.formats import signatures
from axml_tf.prediction.saved_model import SavedModel
from benchmarks.exported import export_random_model
from benchmarks.sizes import Size

SIZE = Size(
    batch=1,
    tokens=6,
    embedding_dim=4,
    hidden_dim=2,
    num_labels=7,
    fc_dims=(5,),
    vocab_size=11,
)


def test_exported_model_reads_the_words_of_the_texts(tmp_path):
    texts = [b"one two two", b"three"]
    model = SavedModel(export_random_model(tmp_path, SIZE, texts))
    answer = model.call(signatures.EXPLAIN, text=[b"two four three"])
    known = answer["token_ids"][0] != 1
    assert known.tolist() == [True, False, True]
    assert answer["probabilities"].shape == (1, 5)
    assert model.label_names() == [f"label {i}" for i in range(7)]
