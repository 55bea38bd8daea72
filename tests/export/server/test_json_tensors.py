"""Tensors in JSON; expected arrays are written out by hand."""

import json

import numpy as np
import pytest
from served_signatures import IdleServable

from axml_tf.export.server import json_tensors
from axml_tf.export.server.request_errors import RequestError


def arrays(body, signature="serving_default"):
    request = json_tensors.parse(json.dumps(body).encode())
    wanted = IdleServable().inputs_of(signature)
    return json_tensors.to_arrays(request, wanted)


def assert_arrays(found, **expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        assert found[name].tolist() == values.tolist()


def test_body_names_its_signature_and_its_form():
    request = json_tensors.parse(b'{"instances": [1], "signature_name": "x"}')
    assert request == json_tensors.PredictRequest("x", True, [1])
    request = json_tensors.parse(b'{"inputs": [1]}')
    assert request == json_tensors.PredictRequest("", False, [1])


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [{"b64": "/wA="}, "pêche"]},
        {"instances": [{"text": {"b64": "/wA="}}, {"text": "pêche"}]},
        {"inputs": [{"b64": "/wA="}, "pêche"]},
        {"inputs": {"text": [{"b64": "/wA="}, "pêche"]}},
    ],
)
def test_rows_and_columns_named_or_not_give_the_same_bytes(body):
    texts = np.array([b"\xff\x00", "pêche".encode()], object)
    assert_arrays(arrays(body), text=texts)


def test_several_inputs_have_the_types_of_the_signature():
    rows = [
        {"text": "a", "k": 1, "threshold": 0},
        {"text": "b", "k": 2, "threshold": 0.5},
    ]
    columns = {"text": ["a", "b"], "k": [1, 2], "threshold": [0, 0.5]}
    for body in ({"instances": rows}, {"inputs": columns}):
        assert_arrays(
            arrays(body, "top_k"),
            text=np.array([b"a", b"b"], object),
            k=np.array([1, 2], np.int32),
            threshold=np.array([0, 0.5], np.float32),
        )


def test_nested_lists_have_a_shape():
    found = arrays({"inputs": [[1, 2, 3], [4, 5, 6]]}, "token_ids")
    ids = np.array([[1, 2, 3], [4, 5, 6]], np.int32)
    assert_arrays(found, token_ids=ids)
    assert arrays({"inputs": [[], []]}, "token_ids")["token_ids"].shape == (
        2,
        0,
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "JSON Parse error: "),
        (b"[" * 100_000, "JSON Parse error: "),
        (b"[1]", "Expected a JSON object."),
        (b"{}", "Expected either 'instances' or 'inputs'."),
        (b'{"instances": [], "inputs": []}', "Expected either"),
        (b'{"inputs": [], "signature_name": 1}', "must be a string"),
    ],
)
def test_body_of_another_form_is_refused(body, words):
    with pytest.raises(RequestError, match=words) as error:
        json_tensors.parse(body)
    assert error.value.http_status == 400


@pytest.mark.parametrize(
    ("signature", "tensors", "words"),
    [
        ("serving_default", {"instances": []}, "at least one row"),
        ("serving_default", {"instances": "a"}, "at least one row"),
        ("top_k", {"instances": ["a"]}, "Every row must be an object of"),
        (
            "top_k",
            {"instances": [{"text": "a"}, {"k": 1}]},
            "All rows must have the same names",
        ),
        ("top_k", {"inputs": ["a"]}, "'inputs' must name each of"),
        ("serving_default", {"inputs": [1]}, "not every value is of type str"),
        ("token_ids", {"inputs": [[True]]}, "not every value is of type int32"),
        ("token_ids", {"inputs": [[2**31]]}, "Input 'token_ids' does not fit"),
        ("token_ids", {"inputs": [[1], [2, 3]]}, "rows are of different len"),
        ("token_ids", {"inputs": [[1], 2]}, "rows are of different lengths"),
        ("token_ids", {"inputs": [1, [2]]}, "rows are of different lengths"),
        (
            "token_ids",
            {"inputs": [[[[[[[[[1]]]]]]]]]},
            "it has more than 8 dimensions",
        ),
        ("serving_default", {"inputs": [{"b64": 1}]}, "of the form"),
        ("serving_default", {"inputs": [{"b64": "%"}]}, "Unable to base64"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(signature, tensors, words):
    with pytest.raises(RequestError, match=words) as error:
        arrays(tensors, signature)
    assert error.value.http_status == 400


def test_input_that_there_is_not_is_left_for_the_signature_to_refuse():
    found = arrays({"inputs": {"text": ["a"], "other": ["b"]}})
    assert found["other"].shape == (0,)


OUTPUTS = {
    "labels": np.array([[b"p\xc3\xaache", b"\xff"], [b"a", b"b"]], object),
    # The double next to this float32 is 0.10000000149011612.
    "probabilities": np.array([[0.1, 0.25], [1, 0]], np.float32),
    "truncated": np.array([True, False]),
}


def test_rows_are_answered_by_rows_and_columns_by_columns():
    labels = [["pêche", "\ufffd"], ["a", "b"]]
    probabilities = [[0.1, 0.25], [1.0, 0.0]]
    assert json_tensors.to_body(OUTPUTS, by_row=False) == {
        "outputs": {
            "labels": labels,
            "probabilities": probabilities,
            "truncated": [True, False],
        }
    }
    assert json_tensors.to_body(OUTPUTS, by_row=True) == {
        "predictions": [
            {
                "labels": labels[row],
                "probabilities": probabilities[row],
                "truncated": [True, False][row],
            }
            for row in range(2)
        ]
    }


def test_an_output_that_is_alone_has_no_name():
    alone = {"k": np.array([3, 4], np.int32)}
    assert json_tensors.to_body(alone, by_row=True) == {"predictions": [3, 4]}
    assert json_tensors.to_body(alone, by_row=False) == {"outputs": [3, 4]}
