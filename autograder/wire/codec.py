"""Plain data ↔ bytes, for both sides of the trust boundary.

Carried by value: None, booleans, integers, floats, complex numbers, strings, bytes, lists, tuples, dicts,
sets, slices, `...`, numpy arrays and scalars of whitelisted dtypes. Everything else goes as a `Handle` or,
towards the sandbox only, as a `KerasModel`. Subclasses become their plain base, so that no method of a
student's class is ever called on the trusted side.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_DEPTH = 32
MAX_ITEMS = 1_000_000
MAX_PARTS = 2 * MAX_ITEMS
MAX_INTEGER_BYTES = 1024
MAX_DIMENSIONS = 32
MAX_COPIES = 8
MAX_EXTENSIONS = MAX_DEPTH + 2
MAX_COLLISIONS = 32
MAX_TEXT_WIDTH = 999_999
MAX_EMPTY = 1 << 24
_SMALL = 1 << 20
_IDS = 1 << 63

_DTYPES = frozenset(
    ["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]
)

_ARRAY, _TUPLE, _INTEGER, _COMPLEX, _SCALAR, _HANDLE, _MAPPING, _SET, _SLICE, _ELLIPSIS, _MODEL = range(1, 12)


class WireError(Exception):
    """A value cannot be carried, or bytes are not a value. The message says which and why."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A name for an object that stays in the sandbox."""

    id: int
    kind: str
    type_name: str
    description: str


@dataclass(frozen=True, slots=True)
class KerasModel:
    """A Keras model as data: its architecture as Keras' own JSON and its weights in order."""

    architecture: str
    weights: list[np.ndarray[Any, Any]]


def encode(value: Any, *, on_object: Callable[[Any], Handle | KerasModel] | None = None) -> bytes:
    """Return `value` as bytes.

    Args:
        value: plain data, or something that `on_object` has a `Handle` or `KerasModel` for.
        on_object: called for whatever is not plain data; without it such a value is an error.

    Raises:
        WireError: the value is nested too deeply, has too many parts, or cannot be carried.
    """
    return _Encoder(on_object).encode(value)


def decode(data: bytes) -> Any:
    """Return the value in `data`; the opposite of `encode`, for any bytes whatever.

    Raises:
        WireError: the bytes are not a value.
    """
    try:
        return _Decoder().decode(data)
    except WireError:
        raise
    except RecursionError:
        raise WireError("nested too deeply") from None
    except Exception as error:  # msgpack and numpy raise many kinds on hostile bytes
        raise WireError(f"not a value: {type(error).__name__}") from None


class _Encoder:
    def __init__(self, on_object: Callable[[Any], Handle | KerasModel] | None) -> None:
        self._on_object = on_object
        self._items = 0
        self._parts = 0

    def encode(self, value: Any) -> bytes:
        return self._bytes(self._plain(value, 0))

    def _bytes(self, plain: Any) -> bytes:
        packed: bytes = msgpack.packb(plain, use_bin_type=True)
        self._parts += _count_parts(packed, MAX_PARTS - self._parts)
        return packed

    def _extension(self, code: int, plain: Any) -> msgpack.ExtType:
        return msgpack.ExtType(code, self._bytes(plain))

    def _plain(self, value: Any, depth: int) -> Any:
        """Return `value` in terms that msgpack knows."""
        self._items += 1
        if depth > MAX_DEPTH:
            raise WireError(f"the value is nested more than {MAX_DEPTH} levels deep")
        if self._items > MAX_ITEMS:
            raise WireError(f"the value has more than {MAX_ITEMS} parts; use an array")
        if value is None or isinstance(value, bool):
            return value
        if value is Ellipsis:
            return msgpack.ExtType(_ELLIPSIS, b"")
        if isinstance(value, np.generic):
            return self._scalar(value)
        if isinstance(value, int):
            return self._integer(int.__index__(value))
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, complex):
            return msgpack.ExtType(_COMPLEX, struct.pack("<dd", value.real, value.imag))
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
        if isinstance(value, np.ndarray):
            return self._array(np.array(value, subok=False, copy=None))
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._plain(item, depth + 1) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return self._extension(_TUPLE, [self._plain(item, depth + 1) for item in tuple.__iter__(value)])
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, set | frozenset):
            return self._extension(_SET, [self._plain(item, depth + 1) for item in value])
        if isinstance(value, slice):
            parts = [value.start, value.stop, value.step]
            return self._extension(_SLICE, [self._plain(part, depth + 1) for part in parts])
        return self._object(value, depth)

    def _mapping(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = [(key, self._plain(item, depth + 1)) for key, item in dict.items(value)]
        if all(type(key) is str for key, _ in pairs):
            return {_text(key): item for key, item in pairs}
        return self._extension(_MAPPING, [[self._plain(key, depth + 1), item] for key, item in pairs])

    def _integer(self, value: int) -> Any:
        if -(1 << 63) <= value < (1 << 64):
            return value
        size = value.bit_length() // 8 + 1
        if size > MAX_INTEGER_BYTES:
            raise WireError(f"an integer of {value.bit_length()} bits is too large to carry")
        return msgpack.ExtType(_INTEGER, value.to_bytes(size, "big", signed=True))

    def _array(self, array: np.ndarray[Any, Any]) -> Any:
        array = _portable(array)
        return self._extension(_ARRAY, [array.dtype.str, list(array.shape), array.tobytes()])

    def _scalar(self, value: np.generic) -> Any:
        array = _portable(np.asarray(value))
        return self._extension(_SCALAR, [array.dtype.str, array.tobytes()])

    def _object(self, value: Any, depth: int) -> Any:
        if isinstance(value, Handle):
            return self._handle(value)
        if isinstance(value, KerasModel):
            return self._model(value, depth)
        array = _as_array(value)
        if array is not None:
            return self._array(array)
        if self._on_object is None:
            raise WireError(f"a value of type {type(value).__name__} cannot be carried")
        substitute = self._on_object(value)
        return self._handle(substitute) if isinstance(substitute, Handle) else self._model(substitute, depth)

    def _model(self, model: KerasModel, depth: int) -> Any:
        weights = [self._plain(weight, depth + 1) for weight in model.weights]
        return self._extension(_MODEL, [_text(model.architecture), weights])

    def _handle(self, handle: Handle) -> Any:
        if not 0 <= handle.id < _IDS:
            raise WireError("a handle's number is out of range")
        parts = [handle.id, _text(handle.kind), _text(handle.type_name), _text(handle.description)]
        return self._extension(_HANDLE, parts)


def _text(value: str) -> str:
    """Return a plain `str` without lone surrogates, which UTF-8 has no bytes for."""
    return str.encode(value, "utf-8", "replace").decode("utf-8")


def _as_array(value: Any) -> np.ndarray[Any, Any] | None:
    """Return tensors and other array-likes as a plain array; None when `value` is something else."""
    if isinstance(value, type) or not hasattr(type(value), "__array__"):
        return None
    try:
        return _portable(np.array(np.asarray(value), subok=False))
    except Exception:  # a symbolic tensor, a table of objects: it stays where it is
        return None


def _portable(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return `array` little-endian and C-contiguous, in a whitelisted dtype or fixed-width text."""
    if array.dtype.kind == "O":
        raise WireError("an array of objects cannot be carried; use numbers")
    if array.ndim > MAX_DIMENSIONS:
        raise WireError(f"an array of {array.ndim} dimensions cannot be carried; at most {MAX_DIMENSIONS}")
    if array.size == 0:
        _check_empty(array.shape)
    if array.dtype.kind == "V":
        array = _widened(array)
    if array.dtype.kind not in "biufcU":
        raise WireError(f"an array of dtype {array.dtype} cannot be carried")
    if array.dtype.kind == "U" and array.dtype.itemsize > 4 * MAX_TEXT_WIDTH:
        raise WireError(f"an array of texts longer than {MAX_TEXT_WIDTH} characters cannot be carried")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if array.dtype.kind == "c" and array.dtype.itemsize > 16:
        array = array.astype(np.complex128)
    portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    if portable.dtype.kind == "U" and not _is_unicode(np.frombuffer(portable.tobytes(), "<u4")):
        raise WireError("an array of text that is not valid Unicode cannot be carried")
    return portable


def _check_empty(shape: Iterable[int]) -> None:
    """Refuse an array of no bytes that is so long on its other sides that a sum over it fills the memory."""
    if math.prod(max(1, length) for length in shape) > MAX_EMPTY:
        raise WireError("an empty array is far too long on its other sides")


def _widened(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array of TensorFlow's short floats (bfloat16, float8) as float32."""
    if array.dtype.names is None and array.dtype.type is not np.void:
        return array.astype(np.float32)
    raise WireError(f"an array of dtype {array.dtype} cannot be carried")


class _Decoder:
    """Decodes one value. What a hostile one can cost is bounded before it is built.

    That is: the number of its parts, and how often extensions inside extensions copy the same bytes.
    """

    def __init__(self) -> None:
        self._parts = 0
        self._open: list[int] = []
        self._allowed = 0

    def decode(self, data: bytes) -> Any:
        self._allowed = MAX_COPIES * len(data) + _SMALL
        value = self._value(data)
        _check_depth(value)
        return value

    def _value(self, data: bytes) -> Any:
        self._parts += _count_parts(data, MAX_PARTS - self._parts)
        self._open.append(len(data))
        if len(self._open) > MAX_EXTENSIONS or sum(self._open) > self._allowed:
            raise WireError("nested too deeply")
        try:
            return msgpack.unpackb(
                data,
                raw=False,
                strict_map_key=True,
                ext_hook=self._extension,
                max_str_len=len(data),
                max_bin_len=len(data),
                max_array_len=min(len(data), MAX_ITEMS),
                max_map_len=min(len(data), MAX_ITEMS),
                max_ext_len=len(data),
            )
        finally:
            self._open.pop()

    def _extension(self, code: int, data: bytes) -> Any:
        if code == _ELLIPSIS:
            return Ellipsis
        if code == _INTEGER:
            if len(data) > MAX_INTEGER_BYTES:
                raise WireError("an integer is too large")
            return int.from_bytes(data, "big", signed=True)
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", data))
        parts = self._value(data)
        if not isinstance(parts, list):
            raise WireError("an extension is malformed")
        return self._from_parts(code, parts)

    def _from_parts(self, code: int, parts: list[Any]) -> Any:
        if code == _ARRAY:
            return _array_from(*parts)
        if code == _SCALAR:
            dtype, data = parts
            return _array_from(dtype, [], data)[()]
        if code == _TUPLE:
            return tuple(parts)
        if code == _SET:
            _check_collisions(parts)
            return frozenset(parts)
        if code == _MAPPING:
            _check_collisions(key for key, _ in parts)
            return dict(parts)
        if code == _SLICE:
            return slice(*parts)
        if code == _HANDLE:
            return _handle_from(*parts)
        if code == _MODEL:
            return _model_from(*parts)
        raise WireError(f"unknown kind of value: {code}")


def _handle_from(identifier: Any, kind: Any, type_name: Any, description: Any) -> Handle:
    if type(identifier) is not int or not 0 <= identifier < _IDS:
        raise WireError("a handle is malformed")
    if not all(type(text) is str for text in (kind, type_name, description)):
        raise WireError("a handle is malformed")
    return Handle(identifier, kind, type_name, description)


def _model_from(architecture: Any, weights: Any) -> KerasModel:
    if type(architecture) is not str or type(weights) is not list:
        raise WireError("a model is malformed")
    if not all(type(weight) is np.ndarray for weight in weights):
        raise WireError("a model is malformed")
    return KerasModel(architecture, weights)


def _array_from(dtype: Any, shape: Any, data: Any) -> np.ndarray[Any, Any]:
    if type(dtype) is not str or type(shape) is not list or type(data) is not bytes:
        raise WireError("an array is malformed")
    if dtype not in _DTYPES and not _is_text_dtype(dtype):
        raise WireError("an array of a dtype that is not allowed")
    if len(shape) > MAX_DIMENSIONS or not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
        raise WireError("an array's shape is malformed")
    kind = np.dtype(dtype)
    if math.prod(shape) * kind.itemsize != len(data):
        raise WireError("an array's shape does not fit its data")
    if not data:
        _check_empty(shape)
        return np.zeros(shape, kind)
    if kind.kind == "U" and not _is_unicode(np.frombuffer(data, "<u4")):
        raise WireError("an array's text is malformed")
    if kind.kind == "b" and np.frombuffer(data, np.uint8).max() > 1:
        raise WireError("an array's truth values are malformed")
    return np.frombuffer(data, kind).reshape(shape).copy()


def _is_text_dtype(dtype: str) -> bool:
    """Whether `dtype` is fixed-width text of at least one character (numpy makes one of none)."""
    digits = dtype.removeprefix("<U")
    return digits != dtype and digits.isascii() and digits.isdecimal() and 0 < int(digits) <= MAX_TEXT_WIDTH


def _is_unicode(code_points: np.ndarray[Any, Any]) -> bool:
    surrogates = (code_points >= 0xD800) & (code_points <= 0xDFFF)
    return not (surrogates | (code_points > 0x10FFFF)).any()


def _check_collisions(keys: Iterable[Any]) -> None:
    """Refuse keys made to have the same hash, with which building a set or dict takes quadratic time."""
    hashes = Counter(map(hash, keys))
    if hashes and max(hashes.values()) > MAX_COLLISIONS:
        raise WireError("too many keys with the same hash")


def _count_parts(data: bytes, allowed: int) -> int:
    """Return how many values `data` holds, without building any; extensions count as one.

    Raises:
        WireError: more than `allowed`; or lists and dicts announce more or less than there is, for which
            msgpack would set memory aside; or an extension of msgpack's own.
    """
    position = count = announced = 0
    while position < len(data):
        first = data[position]
        width = _LENGTH_WIDTHS.get(first)
        if width is None:
            position += _FIXED_SIZES[first]
            announced += _FIXED_ITEMS[first]
        else:
            position, items = _after(data, position, first, width)
            announced += items
        count += 1
        if count > allowed:
            raise WireError(f"more than {MAX_PARTS} parts")
    if count != 1 + announced:
        raise WireError("not one whole value")
    return count


def _after(data: bytes, position: int, first: int, width: int) -> tuple[int, int]:
    """Return where a value of variable length ends, or a list's or dict's header, and its number of items."""
    start = position + 1 + width
    length = int.from_bytes(data[position + 1 : start], "big") if width else 1 << (first - 0xD4)
    if first >= 0xDC:
        return start, length * (1 if first <= 0xDD else 2)
    if not (0xC7 <= first <= 0xC9 or 0xD4 <= first <= 0xD8):
        return start + length, 0
    if data[start : start + 1] >= b"\x80":
        raise WireError("unknown kind of value")
    return start + 1 + length, 0


# msgpack's specification: for values that announce a length the bytes that this takes (none for extensions of
# a fixed length); for all others their whole size and how many items follow as values of their own.
_LENGTH_WIDTHS = {
    **{0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4},
    **dict.fromkeys(range(0xD4, 0xD9), 0),
    **{0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4},
}
_FIXED_SIZES = (
    *(1 for _ in range(0x00, 0xA0)),
    *(1 + length for length in range(32)),
    *(1 for _ in range(0xC0, 0xCA)),
    *(5, 9, 2, 3, 5, 9, 2, 3, 5, 9),
    *(1 for _ in range(0xD4, 0x100)),
)
_FIXED_ITEMS = (
    *(0 for _ in range(0x00, 0x80)),
    *(2 * length for length in range(16)),
    *(length for length in range(16)),
    *(0 for _ in range(0xA0, 0x100)),
)


def _check_depth(value: Any) -> None:
    """Refuse nesting that would make a later, recursive reader of `value` fail."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 2):
        level = [inner for item in level for inner in _children(item)]
        if not level:
            return
    raise WireError("nested too deeply")


def _children(item: Any) -> list[Any]:
    if isinstance(item, list | tuple):
        return [inner for inner in item if isinstance(inner, list | tuple | dict)]
    if isinstance(item, dict):
        return [inner for inner in item.values() if isinstance(inner, list | tuple | dict)]
    return []
