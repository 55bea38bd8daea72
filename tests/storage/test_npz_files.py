"""Arrays come back as NumPy wrote them, or cost next to nothing."""

import io
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from axml_tf.storage import npz_files
from axml_tf.storage.npz_files import Expected, read_npy, read_npz

ARRAYS = {
    "floats": np.linspace(0, 1, 60, dtype=np.float32).reshape(20, 3),
    "turned": np.asfortranarray(np.arange(12).reshape(3, 4)),
    "texts": np.array(["a", "ö/漢", ""]),
    "number": np.array(7),
    "nothing": np.zeros((0, 5), np.float32),
}
EXPECTED = {
    name: Expected(array.dtype.kind, array.ndim)
    for name, array in ARRAYS.items()
}
FLOATS = {"floats": Expected("f", 2)}


def npy(shape, dtype="<f4", data=b"", version=(1, 0)):
    """An .npy file that says so of itself."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}}}"
    header = header.encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + data


def write_npz(path, content, method=zipfile.ZIP_STORED, name="floats.npy"):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, content)


def refused_cheaply(read, *arguments):
    """The message of the refusal; it may take hardly any memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as error:
            read(*arguments)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
    message = str(error.value)
    assert message and "\n" not in message
    return message


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_come_back_as_numpy_wrote_them(tmp_path, save):
    save(tmp_path / "x.npz", **ARRAYS)
    found = read_npz(tmp_path / "x.npz", EXPECTED)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    np.save(tmp_path / "x.npy", ARRAYS["turned"])
    found = read_npy(tmp_path / "x.npy", EXPECTED["turned"])
    np.testing.assert_array_equal(found, ARRAYS["turned"])


def test_arrays_may_be_missing_only_where_they_are_optional(tmp_path):
    np.savez(tmp_path / "x.npz", floats=ARRAYS["floats"])
    other = {"other": Expected("f", 1, is_optional=True)}
    assert read_npz(tmp_path / "x.npz", FLOATS | other).keys() == {"floats"}
    other = {"other": Expected("f", 1)}
    with pytest.raises(ValueError, match="there is no other"):
        read_npz(tmp_path / "x.npz", FLOATS | other)


def test_any_names_are_read_where_none_are_expected(tmp_path):
    np.savez(tmp_path / "x.npz", **ARRAYS)
    found = read_npz(tmp_path / "x.npz")
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
    np.savez(tmp_path / "x.npz", a=np.zeros(2, "f4,i4"))
    with pytest.raises(ValueError, match="of kind biufcSU"):
        read_npz(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"floats": ARRAYS["floats"], "x": np.zeros(1)}, "found 'x'"),
        ({"floats": np.zeros((2, 2), int)}, "expected a type of kind f"),
        ({"floats": np.zeros(3, np.float32)}, "expected 2 dimensions"),
        ({"floats": np.array([[1, "x"]], object)}, "expected a type of kind"),
        ({"floats": np.zeros((1, 1), "f4,i4")}, "expected a type of kind"),
    ],
)
def test_other_arrays_are_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(ValueError, match=words):
        read_npz(tmp_path / "x.npz", FLOATS)


class Evil:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def test_nothing_is_unpickled(tmp_path):
    trace = tmp_path / "trace"
    content = pickle.dumps(Evil(trace))
    pickle.loads(content)
    assert trace.exists()  # So the trap works.
    trace.unlink()
    evil = np.empty((1, 1), object)
    evil[0, 0] = Evil(trace)
    np.savez(tmp_path / "x.npz", floats=evil)
    np.save(tmp_path / "x.npy", evil)
    (tmp_path / "pickle.npy").write_bytes(content)
    write_npz(tmp_path / "pickle.npz", content)
    for name in ("x.npz", "pickle.npz", "pickle.npy"):
        with pytest.raises(ValueError):
            read_npz(tmp_path / name, FLOATS)
    for name in ("x.npy", "pickle.npy"):
        with pytest.raises(ValueError):
            read_npy(tmp_path / name, FLOATS["floats"])
    assert not trace.exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((10**12, 8), "<f4"),
        ((10**30, 8), "<f4"),
        ((-4, 8), "<f4"),
        ((1, 1), "<f8"),
        ((10**15, 0), "<f4"),
    ],
)
def test_an_array_that_claims_more_than_is_there_is_refused(
    tmp_path, method, shape, dtype
):
    content = npy(shape, dtype, b"\0" * 4)
    write_npz(tmp_path / "x.npz", content, method)
    refused_cheaply(read_npz, tmp_path / "x.npz", FLOATS)
    (tmp_path / "x.npy").write_bytes(content)
    refused_cheaply(read_npy, tmp_path / "x.npy", FLOATS["floats"])


def test_texts_without_letters_take_memory_too(tmp_path):
    # A list of them would have 10^15 entries; in the file they take nothing.
    write_npz(tmp_path / "x.npz", npy((10**15,), "<U0"))
    message = refused_cheaply(
        read_npz, tmp_path / "x.npz", {"floats": Expected("U", 1)}
    )
    assert "cannot hold it" in message


def changed_directory(path, **values):
    """Changes numbers of the archive's list of members."""
    places = {"checksum": 16, "compress_size": 20, "file_size": 24}
    places |= {"method": 10, "flags": 8}
    content = bytearray(path.read_bytes())
    start = content.rindex(b"PK\x01\x02")
    for name, value in values.items():
        form = "<H" if name in ("method", "flags") else "<I"
        struct.pack_into(form, content, start + places[name], value)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"file_size": 2**32 - 2, "compress_size": 2**31}, "larger than"),
        ({"file_size": 2**32 - 2}, "bytes of data, but"),
        ({"method": zipfile.ZIP_BZIP2}, "neither stored nor deflated"),
        ({"method": zipfile.ZIP_LZMA}, "neither stored nor deflated"),
        ({"flags": 1}, "encrypted"),
    ],
)
def test_a_member_that_lies_about_itself_is_refused(tmp_path, values, words):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, floats=ARRAYS["floats"])
    changed_directory(path, **values)
    assert words in refused_cheaply(read_npz, path, FLOATS)


def test_what_deflate_cannot_do_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    content = npy((10**9, 1), data=b"\0" * 400)
    write_npz(path, content, zipfile.ZIP_DEFLATED)
    # Header and list of members agree on 4 GB; the file has 200 bytes.
    changed_directory(path, file_size=4 * 10**9 + len(content) - 400)
    assert "cannot hold it" in refused_cheaply(read_npz, path, FLOATS)


def test_what_does_not_fit_into_the_machine_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    # Expands to 1000 times its size, which is right for zeros.
    np.savez_compressed(path, floats=np.zeros((2**22, 4), np.float32))
    assert path.stat().st_size < 2**17
    assert read_npz(path, FLOATS)["floats"].nbytes == 2**26
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**13}
    monkeypatch.setattr(npz_files.os, "sysconf", pages.__getitem__)
    message = refused_cheaply(read_npz, path, FLOATS)
    assert "67,108,864 bytes, and this machine has 33,554,432" in message


def test_two_members_of_one_name_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in ("floats", "floats.npy"):
            archive.writestr(name, npy((1, 1), data=b"\0" * 4))
    with pytest.raises(ValueError, match="once each"):
        read_npz(tmp_path / "x.npz", FLOATS)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_files_cut_anywhere_are_refused(tmp_path, save):
    buffer = io.BytesIO()
    save(buffer, floats=ARRAYS["floats"][:2])
    for length in range(len(buffer.getvalue())):
        (tmp_path / "x.npz").write_bytes(buffer.getvalue()[:length])
        with pytest.raises(ValueError):
            read_npz(tmp_path / "x.npz", FLOATS)


def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, floats=ARRAYS["floats"][:2])
    content = buffer.getvalue()
    num_refused = 0
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / "x.npz").write_bytes(flipped)
        try:
            found = read_npz(tmp_path / "x.npz", FLOATS)
        except ValueError:
            num_refused += 1
            continue
        np.testing.assert_array_equal(found["floats"], ARRAYS["floats"][:2])
    assert num_refused > 4 * len(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        npy((1, 1), data=b"\0" * 5),
        npy((-2, -2), data=b"\0" * 16),
        npy("(" * 90, data=b"\0" * 4),
        npy((1, "x"), data=b"\0" * 4),
    ],
)
def test_what_is_no_array_is_refused(tmp_path, content):
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(ValueError):
        read_npy(tmp_path / "x.npy", FLOATS["floats"])


def test_later_formats_of_numpy_are_told(tmp_path):
    content = npy((1, 1), data=b"\0" * 4, version=(2, 0))
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(ValueError, match=r"expected format 1\.0 of \.npy"):
        read_npy(tmp_path / "x.npy", FLOATS["floats"])


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("rows", [0, 1, 1000, 2**15 - 32, 2**16, 2**18])
def test_checksums_are_compared_whatever_the_size(tmp_path, save, rows):
    path = tmp_path / "x.npz"
    numbers = np.random.default_rng(0).normal(size=(rows, 2))
    for floats in (numbers, np.zeros((rows, 2))):
        save(path, floats=floats)
        changed_directory(path, checksum=1)
        with pytest.raises(ValueError, match="CRC"):
            read_npz(path, FLOATS)


def test_a_file_that_is_not_there_is_told_as_such(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "x.npz", FLOATS)
    with pytest.raises(FileNotFoundError):
        read_npy(tmp_path / "x.npy", FLOATS["floats"])
