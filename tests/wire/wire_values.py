"""Values that the wire carries, drawn at random, and the exact sense in which what comes back is the same."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import codec
from autograder.wire.codec import Handle, KerasModel, WireError, decode, encode
from autograder.wire.frames import HEADER, FrameError, FrameReader

DTYPES = sorted(codec._DTYPES)
SCALARS = (type(None), bool, int, float, complex, str, bytes, type(...))
MEMORY_PER_BYTE = 128
MEMORY_CONSTANT = 1 << 20

handles = st.builds(Handle, st.integers(0, (1 << 63) - 1), st.text(), st.text(), st.text())


def numbers(dtype: str) -> st.SearchStrategy[Any]:
    """Elements of a dtype: every bit pattern that it has, NaN with a payload and both zeros among them."""
    size = np.dtype(dtype).itemsize
    if dtype.endswith("b1"):
        return st.booleans()
    return st.binary(min_size=size, max_size=size).map(lambda data: np.frombuffer(data, dtype)[0])


def arrays_of(dtype: str, largest: int = 4) -> st.SearchStrategy[np.ndarray[Any, Any]]:
    """Arrays of a dtype, from 0-d to 5-d, with empty axes, in every memory layout."""
    shapes = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=largest)
    made = hnp.arrays(dtype, shapes, elements=numbers(dtype), fill=st.nothing())
    return st.builds(lambda array, layout: layout(array), made, st.sampled_from(LAYOUTS))


def _spread(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same values, each with a gap behind it, so that the array is not contiguous."""
    if array.ndim == 0:
        return array
    wide = np.zeros((*array.shape[:-1], 3 * array.shape[-1]), array.dtype)
    wide[..., ::3] = array
    return wide[..., ::3]


LAYOUTS: tuple[Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], ...] = (
    lambda array: array,
    np.asfortranarray,
    lambda array: array.T,
    lambda array: array[..., ::-1] if array.ndim else array,
    _spread,
    lambda array: array.astype(array.dtype.newbyteorder()),
    lambda array: np.broadcast_to(array, (3, *array.shape)),
    lambda array: np.lib.stride_tricks.as_strided(array, writeable=False),
)

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=4).map(np.array)
text_arrays = texts.filter(lambda array: array.dtype.kind == "U")
any_array = st.sampled_from(DTYPES).flatmap(arrays_of) | text_arrays
any_scalar = st.sampled_from(DTYPES).flatmap(numbers).filter(lambda value: isinstance(value, np.generic))
models = st.builds(KerasModel, st.text(), st.lists(any_array, max_size=3))
hashable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
    | handles,
    lambda inner: st.tuples() | st.tuples(inner) | st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)
any_value = st.recursive(
    hashable
    | st.just(...)
    | st.slices(20)
    | st.floats()
    | st.complex_numbers()
    | st.integers(-(1 << 8000), 1 << 8000)
    | any_array
    | any_scalar
    | models,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(hashable, inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.builds(slice, inner, inner, inner)
    ),
    max_leaves=20,
)


def difference(came: Any, sent: Any, where: str = "value") -> str | None:
    """Where and how `came` is not what `sent` must become; None where it is the same.

    Types must be the plain ones, floats the same bits, arrays little-endian and writable. A bytearray comes
    as bytes, a set as a frozenset; text loses lone surrogates.
    """
    if isinstance(sent, np.ndarray):
        return _array_difference(came, sent, where)
    if isinstance(sent, np.generic):
        if type(came) is not type(sent):
            return f"{where}: {type(came)} came for {type(sent)}"
        return _array_difference(np.asarray(came), np.asarray(sent), where, writable=False)
    if isinstance(sent, KerasModel):
        return difference(
            [came.architecture, came.weights], [_valid(sent.architecture), sent.weights], f"{where} (model)"
        )
    plain = {set: frozenset, bytearray: bytes}.get(type(sent), type(sent))
    if type(came) is not plain:
        return f"{where}: {type(came)} came for {type(sent)}"
    if isinstance(sent, list | tuple):
        if len(came) != len(sent):
            return f"{where}: {len(came)} items came for {len(sent)}"
        pairs = enumerate(zip(came, sent, strict=True))
        return next(filter(None, (difference(a, b, f"{where}[{i}]") for i, (a, b) in pairs)), None)
    if isinstance(sent, dict):
        keys = difference(list(came), list(sent), f"{where} (keys)")
        return keys or difference(list(came.values()), list(sent.values()), f"{where} (values)")
    if isinstance(sent, slice):
        return difference([came.start, came.stop, came.step], [sent.start, sent.stop, sent.step], where)
    if isinstance(sent, set | frozenset):  # NaN is in it, but not equal to itself
        same = _in_order(came) == _in_order(sent)
    elif isinstance(sent, float | complex):
        same = np.asarray(came).tobytes() == np.asarray(sent).tobytes()
    elif isinstance(sent, str):
        same = came == _valid(sent)
    elif isinstance(sent, Handle):
        same = (came.id, came.kind, came.type_name, came.description) == (
            sent.id,
            *map(_valid, (sent.kind, sent.type_name, sent.description)),
        )
    else:
        same = came == sent
    return None if same else f"{where}: {came!r} came for {sent!r}"


def is_plain(value: Any) -> bool:
    """Whether every part of a decoded value is of a type that the wire promises, exactly."""
    if type(value) in SCALARS:
        return True
    if type(value) in (list, tuple, frozenset):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(map(is_plain, value)) and all(map(is_plain, value.values()))
    if type(value) is slice:
        return all(map(is_plain, (value.start, value.stop, value.step)))
    if type(value) is Handle:
        return type(value.id) is int and all(
            type(text) is str for text in (value.kind, value.type_name, value.description)
        )
    if type(value) is KerasModel:
        return type(value.architecture) is str and all(type(w) is np.ndarray for w in value.weights)
    if type(value) is np.ndarray or (isinstance(value, np.generic) and type(value).__module__ == "numpy"):
        return value.dtype.str in codec._DTYPES or value.dtype.kind == "U"
    return False


def value_or_error(data: bytes) -> tuple[Any, WireError | None]:
    """Decode; anything but a plain value or a `WireError` is the caller's failure."""
    try:
        value = decode(data)
    except WireError as error:
        return None, error
    assert is_plain(value), f"not plain: {value!r:.200}"
    return value, None


def memory_for(data: bytes) -> int:
    """Bytes that decoding `data` allocates at most at any one time."""
    tracemalloc.start()
    try:
        value_or_error(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def memory_allowed(data: bytes) -> int:
    """Bytes that decoding `data` may allocate: what docs/sandbox.md states."""
    return MEMORY_PER_BYTE * len(data) + MEMORY_CONSTANT


def frames_read(chunks: Iterable[bytes], limit: int) -> tuple[list[bytes], bool]:
    """The frames that a reader gives for a stream in chunks, and whether it refused one."""
    reader, frames = FrameReader(limit), []
    try:
        for chunk in chunks:
            reader.feed(chunk)
            frames += iter(reader.take, None)
    except FrameError:
        return frames, True
    return frames, False


def frames_in(stream: bytes, limit: int) -> tuple[list[bytes], bool]:
    """The same for the whole stream, by the plainest means."""
    frames = []
    while len(stream) >= HEADER.size:
        length = int.from_bytes(stream[: HEADER.size], "big")
        if length > limit:
            return frames, True
        if len(stream) < HEADER.size + length:
            break
        frames.append(stream[HEADER.size : HEADER.size + length])
        stream = stream[HEADER.size + length :]
    return frames, False


def _in_order(value: Any) -> bytes:
    """Bytes of what a set may hold; the same for the same items, in whatever order a set gives them."""
    if isinstance(value, set | frozenset):
        return b"{%b}" % b",".join(sorted(map(_in_order, value)))
    if isinstance(value, tuple):
        return b"(%b)" % b",".join(map(_in_order, value))
    return encode(value)


def _array_difference(came: Any, sent: np.ndarray[Any, Any], where: str, writable: bool = True) -> str | None:
    if type(came) is not np.ndarray:
        return f"{where}: {type(came)} came for an array"
    dtype = sent.dtype.newbyteorder("<")
    if dtype.itemsize == 0:
        dtype = np.dtype("<U1")
    if (came.dtype, came.shape) != (dtype, sent.shape):
        return f"{where}: {came.dtype} of {came.shape} came for {sent.dtype} of {sent.shape}"
    if writable and not (came.flags.writeable and came.flags.c_contiguous):
        return f"{where}: not a writable, contiguous array"
    same = came.tobytes() == np.ascontiguousarray(sent.astype(dtype, copy=False)).tobytes()
    return None if same else f"{where}: other values came: {came!r} for {sent!r}"


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
