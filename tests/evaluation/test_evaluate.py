import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import axml_tf
from axml_tf.console.errors import UserError
from axml_tf.dataset.dataset_info import FORMAT_VERSION, DatasetInfo, SplitInfo
from axml_tf.evaluation import evaluate as evaluation
from axml_tf.evaluation import ranking
from axml_tf.evaluation.propensity import inverse_propensities
from axml_tf.formats.predictions import TopK
from benchmarks.programs import program

ROOT = Path(axml_tf.__file__).parents[1]

# Labels 0 to 5 were seen in training, 6 only in the test split.
LABEL_COUNTS = [40, 20, 10, 5, 2, 1, 0]
TRUE_LABELS = {
    "a": [0, 1],
    "b": [2],
    "c": [0, 5, 6],
    "d": [],
    "e e": [1, 2, 3, 4, 5],
}

# In another order than the true labels.
RANKINGS = {
    "d": [0, 1, 2, 3, 4],
    "b": [1, 2, 0, -1, -1],
    "e e": [1, 5, 0, 2, 3],
    "a": [0, 1, 5, 4, 3],
    "c": [5, 1, 2, 3, 0],
}


def split_info(num_documents):
    return SplitInfo(num_documents, 0, 0, 0, 0, 0, (), ())


@pytest.fixture
def data_dir(tmp_path):
    """A prepared data set without records or vocabulary."""
    folder = tmp_path / "data"
    folder.mkdir()
    DatasetInfo(
        vocab_size=10,
        num_distinct_words=8,
        num_labels=6,
        num_unseen_labels=1,
        max_length=5,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={"train": split_info(50), "test": split_info(5)},
        fingerprint="f00d",
        format_version=FORMAT_VERSION,
        schema_version=1,
        tokenizer_version=1,
        versions={},
    ).save(folder)
    folder.joinpath("labels.txt").write_text(
        "".join(f"label{i}\t{n}\n" for i, n in enumerate(LABEL_COUNTS))
    )
    folder.joinpath("test.labels.txt").write_text(
        "".join(
            f"{name}\t{' '.join(map(str, labels))}\n"
            for name, labels in TRUE_LABELS.items()
        )
    )
    return folder


def top_k(rankings):
    label_ids = np.array(list(rankings.values()), np.int32)
    scores = np.linspace(1, 0, label_ids.shape[1], dtype=np.float32)
    return TopK(
        np.array(list(rankings)),
        label_ids,
        np.tile(scores, (len(label_ids), 1)),
    )


def run_evaluate(*arguments):
    return subprocess.run(
        [program("evaluate"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("chunk", [1, 2, 4096])
def test_chunks_and_order_change_nothing(data_dir, monkeypatch, chunk):
    monkeypatch.setattr(evaluation, "_CHUNK", chunk)
    report = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    weights = inverse_propensities(np.array([40, 20, 10, 5, 2, 1, 0]), 50)
    expected = ranking.ranking_measures(
        np.array([RANKINGS[name] for name in TRUE_LABELS]),
        list(TRUE_LABELS.values()),
        inverse_propensities=weights,
    )
    assert report["measures"] == pytest.approx(
        {name: 100 * value for name, value in expected.items()}
    )


def test_report_by_hand(data_dir):
    report = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    # Hits among the first 1, 3 and 5: a 1 2 2, b 0 1 1, c 1 1 2, d 0 0 0,
    # e 1 2 4.
    assert report["measures"]["P@1"] == pytest.approx(100 * 3 / 5)
    assert report["measures"]["P@3"] == pytest.approx(100 * 6 / 3 / 5)
    assert report["measures"]["P@5"] == pytest.approx(100 * 9 / 5 / 5)
    assert report["num_documents"] == 5
    assert report["num_documents_without_labels"] == 1
    assert report["num_true_labels"] == 11
    assert report["num_unseen_labels"] == 1
    assert report["dataset_fingerprint"] == "f00d"
    assert report["axml_tf_version"] == axml_tf.__version__


def test_unseen_label_weighs_in_the_denominator(data_dir):
    rankings = RANKINGS | {"c": [5, 0, 1, 2, 3]}
    before = evaluation.evaluate(top_k(rankings), data_dir, "test")
    path = data_dir / "test.labels.txt"
    path.write_text(path.read_text().replace("0 5 6", "0 5"))
    after = evaluation.evaluate(top_k(rankings), data_dir, "test")
    assert before["measures"]["PSP@3"] < after["measures"]["PSP@3"]
    assert before["measures"]["P@3"] == after["measures"]["P@3"]
    assert after["num_unseen_labels"] == 0


def test_propensity_parameters_reach_the_weights(data_dir):
    one = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    # A = 0 weighs all labels alike.
    other = evaluation.evaluate(
        top_k(RANKINGS), data_dir, "test", propensity_a=0.0
    )
    # Hits of the first 3: 6; the best is 2 + 1 + 3 + 0 + 3.
    assert other["measures"]["PSP@3"] == pytest.approx(100 * 6 / 9)
    assert one["measures"]["PSP@3"] != pytest.approx(100 * 6 / 9)


def test_markdown_has_one_line_per_measure(data_dir):
    report = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    lines = evaluation.to_markdown(report).splitlines()
    assert lines[:3] == [
        "| test, 5 documents, % | @1 | @3 | @5 |",
        "| --- | ---: | ---: | ---: |",
        "| P | 60.00 | 40.00 | 36.00 |",
    ]
    assert [line.split()[1] for line in lines[3:6]] == [
        "nDCG",
        "PSP",
        "PSnDCG",
    ]
    assert "1 of 11 true labels were never seen" in lines[7]
    assert "1 documents have no true label" in lines[9]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"c": None}, "1 of 5 documents of test have no prediction.*'c'"),
        ({"x": [0, 1, 2, 3, 4]}, "1 of 6 predictions belong to no.*'x'"),
        ({"b": [1, 2, 1, -1, -1]}, "'b' for one.*same label twice"),
        ({"b": [1, -1, 2, -1, -1]}, "'b' for one.*-1 before a label"),
        ({"b": [6, 2, 1, -1, -1]}, "'b' for one.*6 labels"),
        ({"b": [0, 2, 1, -1, -2]}, "'b' for one.*6 labels"),
    ],
)
def test_unsound_predictions_are_refused(data_dir, change, message):
    rankings = {k: v for k, v in (RANKINGS | change).items() if v}
    with pytest.raises(UserError, match=message):
        evaluation.evaluate(top_k(rankings), data_dir, "test")


@pytest.mark.parametrize(
    ("score", "message"), [(2.0, "ascend"), (np.nan, "not a number")]
)
def test_unsorted_scores_are_refused(data_dir, score, message):
    predictions = top_k(RANKINGS)
    predictions.scores[3, 1] = score
    with pytest.raises(UserError, match=f"'a' for one.*{message}"):
        evaluation.evaluate(predictions, data_dir, "test")


def test_scores_of_fillers_do_not_matter(data_dir):
    predictions = top_k(RANKINGS)
    expected = evaluation.evaluate(predictions, data_dir, "test")
    for scores in ([np.nan, np.inf], [np.inf, np.nan]):
        predictions.scores[1, 3:] = scores
        assert evaluation.evaluate(predictions, data_dir, "test") == expected


def test_label_ids_that_are_no_integers_are_refused(data_dir):
    one = top_k(RANKINGS)
    floats = TopK(one.document_ids, one.label_ids + 0.5, one.scores)
    with pytest.raises(UserError, match="must be integers; found float64"):
        evaluation.evaluate(floats, data_dir, "test")


def test_tied_scores_keep_the_order_of_the_file(data_dir):
    predictions = top_k(RANKINGS)
    expected = evaluation.evaluate(predictions, data_dir, "test")
    # Saturated probabilities: equal in float32, ranked by their logits.
    predictions.scores[:] = 1.0
    assert evaluation.evaluate(predictions, data_dir, "test") == expected


def test_document_predicted_twice_is_refused(data_dir):
    one = top_k(RANKINGS)
    twice = TopK(
        np.append(one.document_ids, "e e"),
        np.concatenate([one.label_ids, one.label_ids[:1]]),
        np.concatenate([one.scores, one.scores[:1]]),
    )
    with pytest.raises(UserError, match=r"1 predictions repeat.*'e e'"):
        evaluation.evaluate(twice, data_dir, "test")


def test_too_few_labels_per_document_are_refused(data_dir):
    short = top_k({name: row[:3] for name, row in RANKINGS.items()})
    with pytest.raises(UserError, match=r"hold 3 labels.*need 5.*--top_k"):
        evaluation.evaluate(short, data_dir, "test")
    report = evaluation.evaluate(short, data_dir, "test", ks=(1, 3))
    assert report["measures"]["P@3"] == pytest.approx(40.0)


def test_file_with_all_labels_of_a_small_set_is_enough(data_dir):
    path = data_dir / "dataset.json"
    info = json.loads(path.read_text())
    # Three labels to predict; 3 to 6 were never seen.
    info |= {"num_labels": 3, "num_unseen_labels": 4}
    path.write_text(json.dumps(info))
    rankings = {name: [2, 1, 0] for name in RANKINGS}
    report = evaluation.evaluate(top_k(rankings), data_dir, "test")
    # Hits: d 0, b 1, e 2, a 2, c 1.
    assert report["measures"]["P@5"] == pytest.approx(100 * 6 / 5 / 5)
    assert report["num_unseen_labels"] == 5


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("test.labels.txt", "d\t\n", "a\t2\n", "more than once.*'a'"),
        ("test.labels.txt", "d\t\n", "", "has 4 documents"),
        ("test.labels.txt", "b\t2\n", "b\t7\n", "label id 7.*7 labels"),
        ("test.labels.txt", "b\t2\n", "b\t-1\n", "label id -1"),
        ("labels.txt", "label6\t0\n", "", "has 6 labels"),
    ],
)
def test_data_at_odds_with_itself_is_refused(data_dir, name, old, new, message):
    path = data_dir / name
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UserError, match=message):
        evaluation.evaluate(top_k(RANKINGS), data_dir, "test")


def test_unknown_split_is_named_with_those_there_are(data_dir):
    with pytest.raises(UserError, match="no split 'dev'; it has train, test"):
        evaluation.evaluate(top_k(RANKINGS), data_dir, "dev")


def test_empty_split_is_refused(data_dir):
    path = data_dir / "dataset.json"
    info = json.loads(path.read_text())
    info["splits"]["test"]["num_documents"] = 0
    path.write_text(json.dumps(info))
    data_dir.joinpath("test.labels.txt").write_text("")
    empty = TopK(
        np.zeros(0, np.str_),
        np.zeros((0, 5), np.int32),
        np.zeros((0, 5), np.float32),
    )
    with pytest.raises(UserError, match="no document to measure"):
        evaluation.evaluate(empty, data_dir, "test")


def test_command_prints_a_table_and_writes_json(data_dir, tmp_path):
    top_k(RANKINGS).save(tmp_path / "model.npz")
    done = run_evaluate(
        f"--predictions={tmp_path / 'model.npz'}", f"--data_dir={data_dir}"
    )
    assert done.returncode == 0, done.stderr
    assert "| P | 60.00 | 40.00 | 36.00 |" in done.stdout
    report = json.loads((tmp_path / "model.json").read_text())
    expected = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    assert report.pop("predictions") == [str(tmp_path / "model.npz")]
    assert report.pop("combine") is None
    assert report == expected


# By document, a ranking whose scores are 1, 0.75, 0.5, 0.25, 0.
OTHER_RANKINGS = {
    "a": [1, 0, 2, 3, 4],
    "b": [2, 1, 0, -1, -1],
    "c": [0, 1, 2, 3, 4],
    "d": [5, 4, 3, 2, 1],
    "e e": [4, 5, 0, 2, 3],
}


def mean_ranking(*rankings):
    """The best five labels by mean score, in a loop."""
    scores = np.zeros(6)
    for ranking_ in rankings:
        for place, label in enumerate(ranking_):
            if label >= 0:
                scores[label] += (1 - place / 4) / len(rankings)
    listed = {label for row in rankings for label in row if label >= 0}
    best = sorted(listed, key=lambda label: (-scores[label], label))[:5]
    return best + [-1] * (5 - len(best))


def test_command_measures_the_mean_of_several_files(data_dir, tmp_path):
    top_k(RANKINGS).save(tmp_path / "a.npz")
    top_k(OTHER_RANKINGS).save(tmp_path / "b.npz")
    top_k(RANKINGS).save(tmp_path / "c.npz")
    files = [str(tmp_path / f"{name}.npz") for name in "abc"]
    done = run_evaluate(
        "--predictions",
        *files,
        "--combine=sum",
        f"--data_dir={data_dir}",
        "--split=test",
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "a.sum.json").read_text())
    assert (report["predictions"], report["combine"]) == (files, "sum")
    systems = (RANKINGS, OTHER_RANKINGS, RANKINGS)
    expected = evaluation.evaluate(
        top_k(
            {
                name: mean_ranking(*(system[name] for system in systems))
                for name in RANKINGS
            }
        ),
        data_dir,
        "test",
    )
    assert report["measures"] == pytest.approx(expected["measures"])
    alone = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    assert report["measures"] != pytest.approx(alone["measures"])


def test_mean_of_one_file_is_the_file(data_dir, tmp_path):
    top_k(RANKINGS).save(tmp_path / "a.npz")
    done = run_evaluate(
        f"--predictions={tmp_path}/a.npz",
        "--combine=sum",
        f"--data_dir={data_dir}",
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "a.sum.json").read_text())
    alone = evaluation.evaluate(top_k(RANKINGS), data_dir, "test")
    assert report["measures"] == alone["measures"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--predictions=none.npz"], "error: No predictions file at none.npz"),
        (["--predictions={tmp}/model.npz", "--split=dev"], "no split 'dev'"),
        (
            ["--predictions={tmp}/model.npz", "--output={tmp}/model.npz"],
            "is the predictions file itself",
        ),
        (
            ["--predictions", "{tmp}/model.npz", "{tmp}/model.npz"],
            "error: 2 predictions files",
        ),
        (
            ["--predictions={tmp}/model.npz", "{tmp}/x.npz", "--combine=sum"],
            "error: No predictions file at",
        ),
        (
            [
                "--predictions={tmp}/none.npz",
                "{tmp}/model.npz",
                "--combine=sum",
                "--output={tmp}/model.npz",
            ],
            "is the predictions file itself",
        ),
        (["--predictions={tmp}/model.npz", "--combine=mean"], "--combine=mean"),
        (
            [
                "--predictions={tmp}/model.npz",
                "--output={tmp}/data/labels.txt/x",
            ],
            "error: ",
        ),
        (["--predictions={tmp}/model.npz", "--propensity_b=0"], "must be > 0"),
        (
            ["--predictions={tmp}/model.npz", "--propensity_a=-1"],
            "must be >= 0",
        ),
        (["--predictions={tmp}/model.npz", "--splt=dev"], "splt"),
        ([], "--predictions"),
    ],
)
def test_wrong_command_ends_in_one_line(data_dir, tmp_path, arguments, message):
    top_k(RANKINGS).save(tmp_path / "model.npz")
    done = run_evaluate(
        f"--data_dir={data_dir}",
        *(argument.format(tmp=tmp_path) for argument in arguments),
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model.json").exists()


def test_evaluation_does_not_import_tensorflow():
    code = (
        "import sys; import axml_tf.evaluation.evaluate;"
        "print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
