"""The gRPC API: over an idle model in this process, and over the wire."""

import asyncio

import grpc
import numpy as np
import pytest
import tensorflow as tf
from asking import TEXTS, predict_request
from served_signatures import INPUTS, idle_core
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)
from wire import MEBIBYTE, stub_of

from axml_tf.export.server.grpc_api import make_server


def ask(method, request):
    """An idle model's answer to a call of one of both services."""

    async def scenario():
        server = make_server(idle_core())
        port = server.add_insecure_port("localhost:0")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"localhost:{port}") as there:
                for stub in (
                    prediction_service_pb2_grpc.PredictionServiceStub(there),
                    model_service_pb2_grpc.ModelServiceStub(there),
                ):
                    if hasattr(stub, method):
                        return await getattr(stub, method)(request, timeout=30)
        finally:
            await server.stop(None)

    return asyncio.run(scenario())


def refusal(method, request):
    with pytest.raises(grpc.RpcError) as error:
        ask(method, request)
    return error.value.code().name, error.value.details()


def examples(*texts):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "axml"
    for text in texts:
        example = request.input.example_list.examples.add()
        example.features.feature["text"].bytes_list.value.append(text)
    return request


def test_predict_gives_the_outputs_and_who_made_them():
    response = ask("Predict", predict_request(text=TEXTS[:2]))
    assert response.model_spec.name == "axml"
    assert response.model_spec.version.value == 1
    assert response.model_spec.signature_name == "serving_default"
    assert set(response.outputs) == {"labels", "probabilities"}
    labels = tf.make_ndarray(response.outputs["labels"])
    # Whatever its bytes are, a name comes as it is.
    assert labels.tolist() == [["pêche".encode(), b"\xff\x00"]] * 2


def test_only_outputs_that_are_asked_for_are_given():
    request = predict_request(text=TEXTS)
    request.output_filter.append("labels")
    assert set(ask("Predict", request).outputs) == {"labels"}
    request.output_filter.append("tokens")
    code, why = refusal("Predict", request)
    assert code == "INVALID_ARGUMENT"
    assert why == "There are no outputs ['tokens']."


def test_tensor_whose_parts_do_not_fit_is_refused():
    request = predict_request(text=[b"a"])
    request.inputs["text"].dtype = 1000
    code, why = refusal("Predict", request)
    assert code == "INVALID_ARGUMENT"
    assert why.startswith("Input 'text' is no tensor (")
    request.inputs["text"].tensor_shape.dim[0].size = -1
    assert refusal("Predict", request) == (
        "INVALID_ARGUMENT",
        "Input 'text' has at most 4,194,304 values; received shape [-1].",
    )


def test_classify_calls_the_signature_that_takes_examples():
    response = ask("Classify", examples(b"fish", b"quota"))
    assert response.model_spec.signature_name == "classify"
    for row in response.result.classifications:
        assert [x.label for x in row.classes] == ["pêche", "trade"]
        assert [x.score for x in row.classes] == pytest.approx([0.1, 0.1])
    request = examples(b"fish")
    request.model_spec.signature_name = "explain_label"
    code, why = refusal("Classify", request)
    assert code == "INVALID_ARGUMENT"
    assert why == (
        "Signature 'explain_label' takes the inputs ['label', 'text']; "
        "received ['inputs']."
    )


def test_metadata_has_every_signature_and_nothing_else():
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "axml"
    assert refusal("GetModelMetadata", request) == (
        "INVALID_ARGUMENT",
        "The one metadata_field there is: signature_def; received [].",
    )
    request.metadata_field.append("signature_def")
    response = ask("GetModelMetadata", request)
    definitions = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(definitions)
    assert set(definitions.signature_def) == INPUTS.keys()


def test_state_of_a_model_is_told():
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "axml"
    (status,) = ask("GetModelStatus", request).model_version_status
    assert (status.version, status.state) == (1, status.AVAILABLE)
    request.model_spec.name = "other"
    code, why = refusal("GetModelStatus", request)
    assert (code, why) == ("NOT_FOUND", "Servable not found: other")


def test_classify_gives_labels_and_scores(stub, expected):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "axml"
    for text in TEXTS[:2]:
        example = request.input.example_list.examples.add()
        example.features.feature["text"].bytes_list.value.append(text)
    response = stub.Classify(request, timeout=30)
    answer = expected("serving_default", text=TEXTS[:2])
    for row, result in enumerate(response.result.classifications):
        assert [x.label for x in result.classes] == [
            name.decode() for name in answer["labels"][row]
        ]
        np.testing.assert_allclose(
            [x.score for x in result.classes],
            answer["probabilities"][row],
            atol=1e-6,
        )


def test_one_value_that_stands_for_a_billion_is_refused(strict):
    before = strict.memory()
    for dtype, field in (
        (tf.string, {"string_val": [b"fish"]}),
        (tf.int32, {"int_val": [1]}),
    ):
        request = predict_request("token_ids")
        tensor = request.inputs["token_ids" if dtype == tf.int32 else "text"]
        tensor.dtype = dtype.as_datatype_enum
        tensor.tensor_shape.dim.add(size=10**9)
        for name, values in field.items():
            getattr(tensor, name).extend(values)
        with (
            stub_of(strict) as stub,
            pytest.raises(grpc.RpcError, match="has at most") as error,
        ):
            stub.Predict(request, timeout=30)
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert strict.memory() - before < 64 * MEBIBYTE
