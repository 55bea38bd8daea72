"""What callers of the REST API cannot take of the server."""

import contextlib
import gzip
import json
import socket
import threading
import time

import pytest
import requests
from asking import post
from wire import (
    CONNECTIONS,
    IDLE_SECONDS,
    MEBIBYTE,
    POST,
    READ_SECONDS,
    SLACK_SECONDS,
    connected,
    read_all,
    status_of,
)


def drip(connection, content, seconds):
    """Sends a byte after another, until the other side hangs up."""
    with contextlib.suppress(OSError):
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(seconds)


def assert_still_serves(server):
    assert post(server, {"instances": ["fish"]}).status_code == 200


@pytest.mark.parametrize("sent", [b"", b"PO", POST])
def test_connection_that_sends_no_request_is_ended(strict, sent):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        connection.sendall(sent)
        assert read_all(connection) == b""
        seconds = time.monotonic() - start
    assert IDLE_SECONDS - 0.1 < seconds < IDLE_SECONDS + SLACK_SECONDS


def test_headers_that_drip_are_ended(strict):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        dripping = threading.Thread(
            target=drip, args=(connection, POST * 1000, 0.1)
        )
        dripping.start()
        assert read_all(connection) == b""
        seconds = time.monotonic() - start
        connection.shutdown(socket.SHUT_RDWR) if dripping.is_alive() else None
        dripping.join()
    assert seconds < IDLE_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize(
    "framing",
    [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"],
)
def test_body_that_drips_is_refused(strict, framing):
    with connected(strict.rest) as connection:
        start = time.monotonic()
        connection.sendall(POST + framing)
        dripping = threading.Thread(
            target=drip, args=(connection, b"1\r\nx\r\n" * 1000, 0.1)
        )
        dripping.start()
        answer = connection.recv(65536)
        seconds = time.monotonic() - start
        assert status_of(answer) == 408
        assert b"did not come within 0.5 s" in answer
        assert seconds < READ_SECONDS + SLACK_SECONDS
        dripping.join()
    assert_still_serves(strict)


def test_a_gigabyte_that_is_announced_is_refused_before_it_comes(strict):
    with connected(strict.rest) as connection:
        connection.sendall(POST + b"Content-Length: 1073741824\r\n\r\n")
        answer = connection.recv(65536)
    assert status_of(answer) == 413
    assert b"at most 4,194,304 bytes" in answer


def test_chunks_without_end_are_refused(strict):
    before = strict.memory()
    sent = 0
    with connected(strict.rest) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 256 * MEBIBYTE:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
                connection.settimeout(0.0)
                with contextlib.suppress(BlockingIOError):
                    answer = connection.recv(65536)
                    break
                connection.settimeout(30)
    assert status_of(answer) == 413
    assert sent < 64 * MEBIBYTE
    assert strict.memory() - before < 64 * MEBIBYTE


def test_body_that_swells_is_refused(strict):
    before = strict.memory()
    body = gzip.compress(b" " * (256 * MEBIBYTE))
    assert len(body) < MEBIBYTE
    answer = requests.post(
        f"{strict.rest}/v1/models/axml:predict",
        body,
        headers={"Content-Encoding": "gzip"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert strict.memory() - before < 64 * MEBIBYTE


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: x\r\n" * 10_000 + b"\r\n",
    ],
    ids=["long line", "long header", "many headers"],
)
def test_large_headers_are_refused(strict, head):
    with connected(strict.rest) as connection:
        connection.sendall(head)
        assert status_of(connection.recv(65536)) == 400


def test_connections_too_many_are_turned_away(strict):
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(connected(strict.rest))
        time.sleep(0.5)
        with connected(strict.rest) as one_more:
            assert status_of(read_all(one_more)) == 503
    deadline = time.monotonic() + SLACK_SECONDS
    while time.monotonic() < deadline:
        answer = post(strict, {"instances": ["fish"]})
        if answer.status_code == 200:
            return
    raise AssertionError("the server does not recover")


def test_answer_that_nobody_reads_is_thrown_away(busy):
    body = json.dumps(
        {"signature_name": "explain", "instances": ["fish " * 20] * 1500}
    ).encode()
    head = POST + b"Content-Length: %d\r\n\r\n" % len(body)
    with connected(
        busy.rest, (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ) as connection:
        connection.sendall(head + body)
        time.sleep(5)
        with contextlib.suppress(ConnectionError):
            answer = read_all(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split()[0])
    assert length > 2 * MEBIBYTE
    assert len(body) < length
