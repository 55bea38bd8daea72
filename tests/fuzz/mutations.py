"""Well-formed bytes, corrupted as files and requests may be."""

import gzip

from hypothesis import strategies as st

# What has surprised parsers before.
AWKWARD = (
    *(b"\0", b"\r\n", b"\r", b"\n", b"\n\n", b"\t", b" ", b"\x0b", b"\x1c"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff", b"\xc3", b"\x85"),
    *("\u2028".encode(), "\u0660".encode(), "\u0130".encode()),
    # Half a surrogate pair, as UTF-8 must not and as JSON may have it.
    *(b"\xed\xa0\x80", rb"\ud800", rb"\udc00\ud800", rb"\u0000"),
    *(b'"', b"'", b"\\", b",", b":", b";", b"%", b".", b"-", b"@", b"e"),
    *(b"{", b"}", b"[", b"]", b"{}", b"[]", b"null", b"true", b'""'),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1e-999", b"-0", b"0x1"),
    *(b"-1", b"1.5", b"007", b"2147483648", b"9223372036854775808"),
    # More digits than Python makes an integer of.
    *(b"9" * 30, b"1" * 5000),
    *(b"[" * 900, b"[" * 500 + b"]" * 500, b"[" * 980 + b"]" * 980),
    *(b"[" * 100_000, b'{"a":' * 400 + b"1" + b"}" * 400),
    *(b"x" * 70_000, b" " * 70_000, b"1:" * 30_000, b"1, " * 30_000),
)


@st.composite
def mutated(draw, content: bytes) -> bytes:
    """Bytes that differ from `content` in one to five places."""
    for _ in range(draw(st.integers(1, 5))):
        change = draw(st.sampled_from(_CHANGES))
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 40, len(content))))
        content = change(draw, content, start, end)
    return content


def corrupted(content: bytes) -> st.SearchStrategy[bytes]:
    """Mutated bytes mostly; bytes that never were well-formed else."""
    return st.one_of(
        *[mutated(content)] * 4, st.binary(max_size=200), _awkward_only()
    )


def corrupted_gzip(content: bytes) -> st.SearchStrategy[bytes]:
    """A gzip file of corrupted bytes, or a corrupted one."""
    return st.one_of(
        corrupted(content).map(gzip.compress),
        corrupted(gzip.compress(content, mtime=0)),
    )


def _awkward_only() -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(AWKWARD), max_size=4).map(b"".join)


def _flip(draw, content, start, end):
    if start == len(content):
        return content
    flipped = content[start] ^ 1 << draw(st.integers(0, 7))
    return content[:start] + bytes([flipped]) + content[start + 1 :]


def _cut_off(draw, content, start, end):
    return content[:start]


def _remove(draw, content, start, end):
    return content[:start] + content[end:]


def _repeat(draw, content, start, end):
    count = draw(st.sampled_from([2, 3, 100]))
    return content[:start] + content[start:end] * count + content[end:]


def _insert(draw, content, start, end):
    return content[:start] + draw(st.sampled_from(AWKWARD)) + content[start:]


def _replace(draw, content, start, end):
    return content[:start] + draw(st.sampled_from(AWKWARD)) + content[end:]


def _scramble(draw, content, start, end):
    return content[:start] + draw(st.binary(max_size=20)) + content[end:]


_CHANGES = (
    *(_flip, _cut_off, _remove, _repeat),
    *(_insert, _replace, _scramble),
)
