import numpy as np
import pytest
import scipy.sparse

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.evaluation.evaluate import evaluate
from axml_tf.library.backends import Exported, InProcess, Served
from axml_tf.prediction.top_k import predict_split
from axml_tf.runs.trained_model import TrainedModel
from benchmarks.server import Server


@pytest.fixture(scope="module")
def models(trained_run, saved_model):
    """The same model in this process, exported, and behind a server."""
    with Server(f"--model_base_path={saved_model.parent}") as server:
        yield {
            "in process": axml_tf.load(trained_run.model_dir),
            "exported": axml_tf.load(saved_model.parent),
            "served": axml_tf.load(f"{server.rest}/v1/models/axml"),
        }


@pytest.fixture(scope="module")
def texts(generated):
    words = [generated.words[min(ids)] for ids in generated.triggers]
    return [*words, " ".join(words), "", "no such word"]


KINDS = ("in process", "exported", "served")


@pytest.mark.parametrize("top_k", [1, 5, 7, 50])
@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_those_of_the_exported_graph(models, texts, kind, top_k):
    num_labels = len(models["in process"].labels)
    width = min(top_k, num_labels)
    expected = models["exported"]._backend._model.call(
        "top_k",
        text=texts,
        k=np.full(len(texts), width, np.int32),
        threshold=np.zeros(len(texts), np.float32),
    )
    if kind == "served" and top_k > num_labels:
        # It does not know how many there are, and the graph refuses.
        with pytest.raises(UserError, match="k must be from 1 to 10"):
            models[kind].predict(texts, top_k=top_k)
        return
    found = models[kind].predict(texts, top_k=top_k)
    assert [[p.label.encode() for p in row] for row in found] == expected[
        "labels"
    ].tolist()
    np.testing.assert_allclose(
        [[p.score for p in row] for row in found],
        expected["probabilities"],
        atol=1e-5,
    )


def test_probabilities_agree(models, texts):
    dense = models["in process"].predict_proba(texts)
    assert dense.shape == (len(texts), len(models["in process"].labels))
    for kind in ("exported", "served"):
        found = models[kind].predict_proba(texts)
        assert scipy.sparse.issparse(found)
        np.testing.assert_allclose(found.toarray(), dense, atol=1e-5)


def test_labels_are_named(models, generated):
    expected = generated.data.label_names
    assert models["in process"].labels == expected
    assert models["exported"].labels == expected
    with pytest.raises(UserError, match="does not tell the names"):
        _ = models["served"].labels


@pytest.mark.parametrize("kind", KINDS)
def test_planted_word_explains_its_label(models, generated, kind):
    word = generated.words[min(generated.triggers[0])]
    name = generated.data.label_names[0]
    explained = models[kind].explain(f"so {word}, then", labels=[name])
    (reasons,) = explained.labels
    assert reasons.label == name and reasons.top(1)[0].word == word
    assert [w.word for w in reasons.words] == ["so", word, "then"]
    best = models[kind].explain(word, top_k=50 if kind != "served" else 10)
    assert len(best.labels) == len(generated.data.label_names)


@pytest.mark.parametrize("kind", KINDS)
def test_evaluation_is_that_of_the_commands(
    models, trained_run, generated, kind
):
    model = TrainedModel(trained_run.model_dir)
    found = predict_split(model, generated.data, "test", top_k=5)
    expected = evaluate(found, generated.data, "test")["measures"]
    report = models[kind].evaluate(generated.data.folder)
    assert report["measures"] == pytest.approx(expected, abs=1e-9)
    assert report["split"] == "test"


def test_export_is_the_next_version(trained_run, tmp_path):
    model = axml_tf.load(trained_run.model_dir)
    assert model.export(tmp_path / "axml", top_k=2) == tmp_path / "axml/1"
    assert model.export(tmp_path / "axml") == tmp_path / "axml/2"
    exported = Exported(tmp_path / "axml/1")
    assert exported.best([b"text"], 2)["labels"].shape == (1, 2)


def test_model_without_attention_predicts_and_explains_nothing(
    generated, tmp_path
):
    model = axml_tf.train(
        generated.data,
        tmp_path / "model",
        model="xml_cnn",
        max_epochs=1,
        embedding_dim=4,
        hidden_dim=3,
        fc_dims=(4,),
    )
    assert len(model.predict(["some text"], top_k=3)[0]) == 3
    for call in (
        lambda: model.explain("some text"),
        lambda: model.export(tmp_path / "axml"),
    ):
        with pytest.raises(
            UserError, match="of xml_cnn, which has no attention"
        ):
            call()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8501",
        "http://localhost:8501/v1/models/",
        "http://localhost:8501/v1/models/axml/versions/3",
        "http://localhost:8501/axml",
    ],
)
def test_url_of_something_else_is_refused(url):
    with pytest.raises(UserError, match="/v1/models/NAME"):
        Served(url)


def test_server_that_is_not_there_is_told():
    model = axml_tf.load("http://localhost:1/v1/models/axml/labels/stable")
    for call in (
        lambda: model.predict(["text"]),
        lambda: model.predict_proba(["text"]),
    ):
        with pytest.raises(UserError, match="no connection"):
            call()


def test_each_number_of_labels_is_compiled_once(trained_run):
    backend = InProcess(TrainedModel(trained_run.model_dir))
    for _ in range(3):
        backend.best([b"a text"], 2)
        backend.best([b"a", b"b c"], 3)
    assert sorted(backend._functions) == [2, 3]
