"""Requests to the REST API: their bodies, and whole ones over a socket."""

import asyncio
import gzip
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from mutations import corrupted
from promises import time_limit
from rest_bodies import BODIES, arrays_of
from served_signatures import INPUTS, idle_app
from yarl import URL

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([2**31, 2**63, 2**64, 1e39, {"b64": "/wA="}, {"b64": "="}]),
)
_TENSORS = st.recursive(
    _SCALARS, lambda x: st.lists(x, max_size=4), max_leaves=12
)
_NAMES = st.sampled_from(["text", "k", "threshold", "token_ids", "b64", "x"])
_NAMED = st.dictionaries(_NAMES, _TENSORS, max_size=3)
# `json.dumps` writes NaN and half surrogate pairs too, as a client may.
structured = st.fixed_dictionaries(
    {},
    optional={
        "instances": st.lists(_NAMED | _TENSORS, max_size=3) | _TENSORS,
        "inputs": _NAMED | _TENSORS,
        "signature_name": st.sampled_from(["", "x", *INPUTS]) | _SCALARS,
    },
).map(lambda body: json.dumps(body).encode())
bodies = st.one_of(st.sampled_from(BODIES).flatmap(corrupted), structured)


@pytest.mark.parametrize("body", BODIES)
def test_well_formed_body_is_read(body):
    assert arrays_of(body)


@given(body=bodies)
def test_body_becomes_tensors_or_is_refused(body):
    with time_limit():
        arrays_of(body)


@pytest.fixture(scope="module")
def ask():
    """A function of method, path, body and headers to status and body."""
    loop = asyncio.new_event_loop()
    client = TestClient(TestServer(idle_app(), loop=loop), loop=loop)
    loop.run_until_complete(client.start_server())

    async def request(method, path, body, headers):
        url = URL(f"http://127.0.0.1:{client.port}{path}", encoded=True)
        async with client.session.request(
            method, url, data=body, headers=headers, compress=False
        ) as response:
            return response.status, await response.read()

    yield lambda *request_: loop.run_until_complete(request(*request_))
    loop.run_until_complete(client.close())
    loop.close()


# Percent-encoded bytes too.
_PARTS = st.one_of(
    st.sampled_from(["axml", "versions", "labels", "1", "9" * 5000, "%FF"]),
    st.sampled_from(["%ED%A0%80", "%00", "%2F", "%3A", "..", "%0A", "\u0663"]),
    st.integers().map(str),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=5),
)
paths = st.builds(
    lambda parts, verb: (
        ("/v1/models/" + "/".join(parts) + verb)
        .replace("#", "")
        .replace("?", "")
    ),
    st.lists(_PARTS, min_size=1, max_size=4),
    st.sampled_from(["", ":predict", "/metadata", ":classify"]),
)
_HEADERS = st.sampled_from(
    [
        {},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "multipart/form-data"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "deflate"},
        {"Content-Encoding": "other"},
    ]
)


@given(
    path=st.just("/v1/models/axml:predict") | paths,
    method=st.sampled_from(["POST", "POST", "GET"]),
    body=bodies,
    headers=_HEADERS,
    is_compressed=st.booleans(),
)
def test_request_is_answered_or_refused(
    ask, *, path, method, body, headers, is_compressed
):
    if is_compressed and "Content-Encoding" in headers:
        body = gzip.compress(body, 1)
    with time_limit():
        status, answer = ask(method, path, body, headers)
    assert status == 200 or 400 <= status < 500, (status, answer)
