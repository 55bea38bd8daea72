import dataclasses
import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_runs import MODEL, TRAINING, write_data

from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import DatasetInfo
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import Tokenizer
from axml_tf.export.export_model import export_model
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.training.start import train

# The second is longer than what the model reads.
TEXTS = [b"The FISH quota, of 1998", b"fish the quota " * 30, b""]


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(str(exported))


@pytest.fixture(scope="module")
def explain(loaded):
    return lambda texts: {
        name: tensor.numpy()
        for name, tensor in loaded.signatures["explain"](
            text=tf.constant(texts)
        ).items()
    }


def expected_answer(trained, text: bytes) -> dict[str, np.ndarray]:
    """One text without padding: Keras model, then sorting and loops."""
    tokenizer = Tokenizer(trained.data_dir / "vocab.txt", trained.max_length)
    token_ids = tokenizer(tf.constant([text])).token_ids.numpy()
    model = keras.Model(
        trained.model.input,
        [trained.model.get_layer("dropout").output, trained.model.output],
    )
    states, logits = (np.asarray(x)[0] for x in model(token_ids))
    best = sorted(range(len(logits)), key=lambda label: -logits[label])[:3]
    head = trained.model.get_layer("label_head")
    vectors = np.asarray(head.attention.label_vectors)
    attention = np.zeros((len(best), len(states)))
    for row, label in enumerate(best):
        for position, state in enumerate(states):
            attention[row, position] = np.exp(state @ vectors[label])
        attention[row] /= attention[row].sum()
    return {
        "label_ids": best,
        "labels": [trained.labels[label].encode() for label in best],
        "probabilities": 1 / (1 + np.exp(-logits[best])),
        "attention": attention,
    }


def in_session(export_dir, signature: str, inputs: list[bytes]) -> dict:
    """Runs a signature with the loader that TF Serving uses."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta_graph = tf.compat.v1.saved_model.load(
            session, ["serve"], str(export_dir)
        )
        definition = meta_graph.signature_def[signature]
        ((_, fed),) = definition.inputs.items()
        return session.run(
            {name: info.name for name, info in definition.outputs.items()},
            {fed.name: inputs},
        )


def test_session_loader_gives_the_numbers_of_the_keras_model(exported, trained):
    # Two texts: an empty one has no answer without padding.
    answer = in_session(exported, "explain", TEXTS[:2])
    for row, text in enumerate(TEXTS[:2]):
        expected = expected_answer(trained, text)
        assert answer["label_ids"][row].tolist() == expected["label_ids"]
        assert answer["labels"][row].tolist() == expected["labels"]
        np.testing.assert_allclose(
            answer["probabilities"][row], expected["probabilities"], atol=1e-6
        )
        num_words = expected["attention"].shape[1]
        np.testing.assert_allclose(
            answer["attention"][row, :, :num_words],
            expected["attention"],
            atol=1e-6,
        )
        assert (answer["attention"][row, :, num_words:] == 0).all()


def test_all_signatures_give_the_same_labels(exported):
    examples = [
        tf.train.Example(
            features=tf.train.Features(
                feature={
                    "text": tf.train.Feature(
                        bytes_list=tf.train.BytesList(value=[text])
                    )
                }
            )
        ).SerializeToString()
        for text in TEXTS
    ]
    explained = in_session(exported, "explain", TEXTS)
    for answer in (
        in_session(exported, "serving_default", TEXTS),
        in_session(exported, "examples", examples),
    ):
        assert sorted(answer) == [
            *("label_ids", "labels", "probabilities", "truncated")
        ]
        for name, values in answer.items():
            np.testing.assert_array_equal(values, explained[name])
    assert explained["label_ids"].dtype == np.int32
    assert explained["probabilities"].dtype == np.float32


def test_fresh_process_needs_tensorflow_and_tensorflow_text_only(
    exported, explain, tmp_path
):
    script = (
        "import json, sys\n"
        "import tensorflow as tf, tensorflow_text\n"
        "loaded = tf.saved_model.load(sys.argv[1])\n"
        "answer = loaded.signatures['serving_default'](\n"
        "    text=tf.constant([sys.argv[2]]))\n"
        "assert 'axml_tf' not in sys.modules\n"
        "print(json.dumps(answer['probabilities'].numpy().tolist()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(exported), TEXTS[0].decode()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        check=True,
    )
    np.testing.assert_allclose(
        json.loads(done.stdout), explain(TEXTS[:1])["probabilities"], atol=1e-6
    )


def test_exporting_twice_gives_the_same_bits(exported, trained, tmp_path):
    again = export_model(
        TrainedModel(trained.model_dir), tmp_path / "axml", top_k=3
    )
    for signature in ("serving_default", "explain"):
        first, second = (
            in_session(path, signature, TEXTS) for path in (exported, again)
        )
        for name, values in first.items():
            np.testing.assert_array_equal(values, second[name])


def test_weights_are_stored_once(exported, trained):
    stored = sum(
        file.stat().st_size for file in (exported / "variables").iterdir()
    )
    num_bytes = sum(4 * weight.numpy().size for weight in trained.model.weights)
    assert num_bytes <= stored < 1.2 * num_bytes


def test_assets_hold_the_vocabulary_and_the_labels_of_training(
    exported, trained
):
    assets = exported / "assets"
    names = (assets / "labels.txt").read_text("utf-8").split("\n")
    assert names == [*trained.labels, ""]
    vocabulary = (trained.data_dir / "vocab.txt").read_bytes()
    assert (assets / "vocab.txt").read_bytes() == vocabulary


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", []),
        (b" .,! ", []),
        (b"fish\x00quota \x00 the", [b"fish", b"quota", b"the"]),
        # Bytes that are no UTF-8 are words, unknown ones.
        (b"fish \xff\xfe quota", [b"fish", b"\xff\xfe", b"quota"]),
        ("😀 fish😀quota".encode(), [b"fish", b"quota"]),
        (
            "שלום, عليكم FISH".encode(),
            ["שלום".encode(), "عليكم".encode(), b"FISH"],
        ),
        (b"fish, " * 180_000, [b"fish"] * 20),  # As many as it reads.
    ],
    ids=[
        "empty",
        "spaces",
        "nul",
        "invalid",
        "emoji",
        "right_to_left",
        "megabyte",
    ],
)
def test_awkward_texts_are_finite_and_offsets_point_to_the_words(
    explain, text, words
):
    answer = explain([text])
    assert np.isfinite(answer["probabilities"]).all()
    real = answer["starts"][0] >= 0
    assert real.size == max(1, len(words))
    spans = zip(answer["starts"][0, real], answer["ends"][0, real], strict=True)
    assert [text[start:end] for start, end in spans] == words
    tokens = [token.decode("utf-8") for token in answer["tokens"][0, real]]
    assert tokens == [word.decode("utf-8", "replace") for word in words]
    np.testing.assert_allclose(
        answer["attention"].sum(axis=2), 1.0 if words else 0.0, atol=1e-6
    )
    # What is no word looks like none.
    assert (answer["tokens"][0, ~real] == b"").all()
    assert (answer["ends"][0, ~real] == -1).all()
    assert (answer["attention"][0][:, ~real] == 0).all()


def test_batch_and_padding_do_not_change_an_answer(explain):
    together = explain(TEXTS)
    for row, text in enumerate(TEXTS):
        alone = explain([text])
        num_tokens = alone["tokens"].shape[1]
        for name in ("labels", "label_ids"):
            assert (alone[name][0] == together[name][row]).all()
        for name in ("tokens", "starts", "ends"):
            assert (alone[name][0] == together[name][row, :num_tokens]).all()
        np.testing.assert_allclose(
            alone["probabilities"][0],
            together["probabilities"][row],
            atol=1e-5,
        )
        np.testing.assert_allclose(
            alone["attention"][0],
            together["attention"][row, :, :num_tokens],
            atol=1e-5,
        )


def test_a_batch_of_no_text_is_answered(explain):
    answer = explain(np.zeros([0], dtype=bytes))
    assert answer["labels"].shape == (0, 3)
    assert answer["attention"].shape == (0, 3, 1)


def test_next_version_follows_the_highest_and_top_k_ends_at_all_labels(
    trained, tmp_path
):
    (tmp_path / "7").mkdir()
    (tmp_path / "other").mkdir()
    path = export_model(TrainedModel(trained.model_dir), tmp_path, top_k=100)
    assert path == tmp_path / "8"
    answer = in_session(path, "serving_default", TEXTS)
    assert answer["labels"].shape == (len(TEXTS), len(trained.labels))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        *("7", "8", "other")
    ]


def test_existing_version_is_refused(exported, trained):
    before = (exported / "saved_model.pb").read_bytes()
    with pytest.raises(UserError, match="has a version 1 already"):
        export_model(
            TrainedModel(trained.model_dir), exported.parent, version=1
        )
    assert (exported / "saved_model.pb").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"version": 0}, "--version must be at least 1"),
        ({"top_k": 0}, "--top_k must be at least 1"),
        ({"max_top_k": -1}, "--max_top_k must be at least 1; received -1."),
    ],
)
def test_values_out_of_range_are_refused(trained, tmp_path, options, message):
    with pytest.raises(UserError, match=message):
        export_model(TrainedModel(trained.model_dir), tmp_path, **options)


@pytest.fixture
def other_data_dir(trained, tmp_path):
    return shutil.copytree(trained.data_dir, tmp_path / "data")


def export_other(trained, data_dir, output_dir):
    """Exports a model as if it were trained on these data."""
    model = TrainedModel(trained.model_dir, PreparedData(data_dir))
    export_model(model, output_dir)


def test_data_of_another_training_are_refused(
    trained, other_data_dir, tmp_path
):
    info = json.loads((other_data_dir / "dataset.json").read_text())
    info["fingerprint"] = "beef"
    info["splits"] = {}
    DatasetInfo(**info).save(other_data_dir)
    with pytest.raises(UserError, match="was trained on other data"):
        export_other(trained, other_data_dir, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["vocab.txt", "labels.txt"])
def test_a_shortened_file_is_refused(trained, other_data_dir, tmp_path, name):
    path = other_data_dir / name
    path.write_bytes(b"".join(path.read_bytes().splitlines(True)[:-1]))
    with pytest.raises(UserError, match=f"other data .* {name} was "):
        export_other(trained, other_data_dir, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_failed_export_leaves_nothing(trained, tmp_path, monkeypatch):
    save = tf.saved_model.save

    def save_and_fail(*args, **kwargs):
        save(*args, **kwargs)
        raise OSError("No space left on device")

    monkeypatch.setattr(tf.saved_model, "save", save_and_fail)
    with pytest.raises(OSError, match="No space left"):
        export_model(TrainedModel(trained.model_dir), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_export_needs_nothing_but_the_folder_of_the_model(trained, tmp_path):
    model_dir = shutil.copytree(trained.model_dir, tmp_path / "copied")
    path = export_model(TrainedModel(model_dir), tmp_path / "axml", top_k=3)
    shutil.rmtree(model_dir)
    answer = in_session(path, "serving_default", TEXTS)
    assert answer["labels"].shape == (len(TEXTS), 3)


@pytest.mark.parametrize("name", ["xml_rnn", "xml_cnn"])
def test_system_without_attention_is_not_exported(tmp_path, name):
    model_dir = tmp_path / "model"
    data = write_data(tmp_path / "data")
    train(
        dataclasses.replace(MODEL, model=name),
        dataclasses.replace(TRAINING, max_epochs=1),
        data,
        model_dir,
    )
    with pytest.raises(
        UserError, match=f"a model of {name}, which has no attention"
    ):
        export_model(TrainedModel(model_dir), tmp_path / "out")
    assert not list(tmp_path.glob("out/*"))
