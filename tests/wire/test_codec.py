"""The codec: plain data goes in and comes out; any other bytes are a clean error within a bounded memory."""

from __future__ import annotations

import cmath
import math
import struct
import tracemalloc
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import codec
from autograder.wire.codec import Handle, KerasModel, WireError, decode, encode

NUMBERS = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
MAPPING, SET, TUPLE, ARRAY, INTEGER, MODEL, HANDLE = (
    codec._MAPPING,
    codec._SET,
    codec._TUPLE,
    codec._ARRAY,
    codec._INTEGER,
    codec._MODEL,
    codec._HANDLE,
)

hashable = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)
plain = st.recursive(
    hashable
    | st.complex_numbers(allow_nan=False)
    | st.just(...)
    | st.slices(20)
    | st.integers(-(1 << 2000), 1 << 2000)
    | st.builds(Handle, st.integers(0, 1 << 40), st.text(), st.text(), st.text()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(hashable, inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)
arrays = hnp.arrays(
    dtype=st.sampled_from([order + kind for kind in NUMBERS for order in "<>"] + ["<U3", ">U3"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    fill=st.nothing(),
    elements=None,
)


class TestRoundTrip:
    @given(plain)
    def test_plain_data_comes_back_equal_and_of_the_same_kind(self, value: Any) -> None:
        back = decode(encode(value))
        assert back == value
        assert type(back) is type(value)

    @given(st.data())
    def test_arrays_come_back_with_dtype_shape_and_values(self, data: st.DataObject) -> None:
        array = _unsurrogated(data.draw(arrays))
        back = decode(encode(array))
        np.testing.assert_array_equal(back, array)
        assert back.shape == array.shape
        assert back.dtype == array.dtype.newbyteorder("<")
        assert back.flags.writeable and back.flags.c_contiguous

    @pytest.mark.parametrize("dtype", NUMBERS)
    def test_scalars_keep_their_dtype(self, dtype: str) -> None:
        scalar = np.ones(1, dtype)[0]
        back = decode(encode(scalar))
        assert type(back) is type(scalar) and back == scalar

    @pytest.mark.parametrize(
        "view",
        [
            np.arange(24.0).reshape(2, 3, 4).T,
            np.arange(24)[::-3],
            np.asfortranarray(np.arange(6).reshape(2, 3)),
            np.broadcast_to(np.float32(7), (3, 2)),
            np.zeros((0, 5)),
            np.array(3.5),
            np.array([["ab", ""], ["ø", "日本"]]),
        ],
        ids=["transposed", "strided", "fortran", "broadcast", "empty", "0-d", "text"],
    )
    def test_any_memory_layout_comes_back_as_values(self, view: np.ndarray[Any, Any]) -> None:
        back = decode(encode(view))
        np.testing.assert_array_equal(back, view)
        assert back.shape == view.shape and back.dtype == view.dtype

    @pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**2000, -(10**2000)])
    def test_integers_of_any_size_within_the_cap(self, number: int) -> None:
        assert decode(encode(number)) == number

    def test_nan_and_infinities_stay_what_they_are(self) -> None:
        not_a_number, infinite, many, odd = decode(
            encode([math.nan, -math.inf, np.array([np.nan, np.inf]), complex(math.nan, -math.inf)])
        )
        assert math.isnan(not_a_number)
        assert infinite == -math.inf
        assert np.isnan(many[0]) and many[1] == np.inf
        assert cmath.isnan(odd) and odd.imag == -math.inf

    def test_lone_surrogates_become_question_marks(self) -> None:
        assert decode(encode(["a\ud800b", {"\udfff": 1}])) == ["a?b", {"?": 1}]

    def test_long_floats_become_the_longest_that_are_carried(self) -> None:
        back = decode(encode([np.longdouble(1.5), np.ones(2, np.clongdouble)]))
        assert back[0] == 1.5 and back[0].dtype == np.float64
        assert back[1].dtype == np.complex128

    def test_short_floats_of_tensorflow_become_float32(self) -> None:
        import ml_dtypes

        for kind in (ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn):
            back = decode(encode(np.array([0.5, 2.0], kind)))
            assert back.dtype == np.float32
            assert back.tolist() == [0.5, 2.0]

    def test_a_keras_model_is_its_architecture_and_weights(self) -> None:
        model = KerasModel('{"class_name": "Sequential"}', [np.ones((2, 3), np.float32), np.zeros(3)])
        back = decode(encode(object(), on_object=lambda _: model))
        assert back.architecture == model.architecture
        for came, sent in zip(back.weights, model.weights, strict=True):
            np.testing.assert_array_equal(came, sent)

    @pytest.mark.parametrize("levels", range(25, codec.MAX_DEPTH + 1))
    @pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"k": v}, lambda v: {1: v}])
    def test_whatever_can_be_encoded_can_be_decoded_up_to_the_depth_limit(
        self, levels: int, wrap: Any
    ) -> None:
        value: Any = np.arange(3)
        for _ in range(levels):
            value = wrap(value)
        decode(encode(value))

    def test_whatever_can_be_encoded_can_be_decoded_up_to_the_limit_of_parts(self) -> None:
        for make in (lambda n: [0] * n, lambda n: dict.fromkeys(map(str, range(n)), 0)):
            value = make(codec.MAX_ITEMS - 1)
            assert decode(encode(value)) == value


class TestPlainness:
    """No method of a student's class is ever called on the trusted side: only plain types arrive."""

    def test_subclasses_arrive_as_their_plain_base(self) -> None:
        class Agreeable:
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = None  # type: ignore[assignment]

        def sly(base: type, value: Any) -> Any:
            return type("Sly", (Agreeable, base), {"__hash__": base.__hash__})(value)

        for base, value in ((list, [1]), (dict, {"a": 1}), (str, "x"), (int, 3), (float, 0.5), (tuple, (1,))):
            back = decode(encode(sly(base, value)))
            assert type(back) is base and back == value

    def test_an_array_subclass_arrives_as_a_plain_array(self) -> None:
        class Sly(np.ndarray):  # type: ignore[type-arg]
            def __eq__(self, other: object) -> Any:
                return np.True_

            def __array_finalize__(self, _: object) -> None:
                self.hidden = "kept nowhere"

        back = decode(encode(np.arange(3).view(Sly)))
        assert type(back) is np.ndarray
        assert not (back == 7).any()

    def test_a_lying_conversion_does_not_change_what_a_number_is(self) -> None:
        class Float(float):
            def __float__(self) -> float:
                return 1.0

        class Int(int):
            def __int__(self) -> int:
                return 1

            def __index__(self) -> int:
                return 1

        assert decode(encode([Float(0.5), Int(3)])) == [0.5, 3]

    def test_a_masked_array_arrives_as_its_data(self) -> None:
        back = decode(encode(np.ma.masked_array([1, 2], [True, False])))
        assert type(back) is np.ndarray and back.tolist() == [1, 2]

    def test_a_tensor_arrives_as_an_array(self) -> None:
        class Tensor:
            def __array__(self, *_: Any, **__: Any) -> np.ndarray[Any, Any]:
                return np.array([1.0, 2.0])

        assert decode(encode(Tensor())).tolist() == [1.0, 2.0]

    def test_an_object_needs_a_substitute(self) -> None:
        handle = Handle(7, "object", "builtins.object", "<object>")
        assert decode(encode([object()], on_object=lambda _: handle)) == [handle]
        with pytest.raises(WireError, match="type object cannot be carried"):
            encode([object()])

    def test_an_object_that_pretends_to_be_a_number_is_an_error(self) -> None:
        class Pretender:
            __class__ = property(lambda _: int)  # type: ignore[assignment]

        with pytest.raises((WireError, TypeError)):
            encode(Pretender())


class TestRefusedValues:
    def test_a_list_inside_itself(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(WireError, match="more than 32 levels"):
            encode(endless)

    def test_a_dict_inside_itself(self) -> None:
        endless: dict[str, Any] = {}
        endless["again"] = endless
        with pytest.raises(WireError, match="more than 32 levels"):
            encode(endless)

    def test_too_many_parts(self) -> None:
        with pytest.raises(WireError, match="parts"):
            encode([None] * (codec.MAX_ITEMS + 1))

    def test_too_large_an_integer(self) -> None:
        with pytest.raises(WireError, match="too large"):
            encode(1 << 10_000)

    @pytest.mark.parametrize(
        "array",
        [
            np.array([object()]),
            np.array(None),
            np.zeros(2, "S3"),
            np.zeros(2, "M8[s]"),
            np.zeros(2, "m8[s]"),
            np.zeros(2, "V2"),
            np.zeros(2, [("x", "f8")]),
            np.zeros((1,) * 33),
            np.array(["\ud800"]),
        ],
        ids=[
            "objects",
            "0-d object",
            "bytes",
            "dates",
            "spans",
            "void",
            "records",
            "33 dimensions",
            "surrogate",
        ],
    )
    def test_arrays_that_are_not_numbers_or_text(self, array: np.ndarray[Any, Any]) -> None:
        with pytest.raises(WireError):
            encode(array)


class TestHostileBytes:
    @settings(max_examples=500)
    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_value_or_a_wire_error(self, data: bytes) -> None:
        _value_or_wire_error(data)

    @settings(max_examples=500)
    @given(st.data())
    def test_damaged_bytes_are_a_value_or_a_wire_error(self, data: st.DataObject) -> None:
        good = bytearray(encode([data.draw(plain), _unsurrogated(data.draw(arrays))]))
        for _ in range(data.draw(st.integers(1, 4))):
            position = data.draw(st.integers(0, len(good) - 1))
            good[position] = data.draw(st.integers(0, 255))
        _value_or_wire_error(bytes(good[: data.draw(st.integers(0, len(good)))]) or b"\xc1")
        _value_or_wire_error(bytes(good))

    @settings(max_examples=300)
    @given(code=st.integers(0, 127), parts=plain)
    def test_any_extension_with_any_parts_is_a_value_or_a_wire_error(self, code: int, parts: Any) -> None:
        _value_or_wire_error(_extension(code, encode(parts)))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\xff\xff\xff\xff",
            b"\xdb\xff\xff\xff\xff",
            b"\xc6\xff\xff\xff\xff",
            b"\xc9\xff\xff\xff\xff\x01",
            b"\xdd\x00\x0f\xff\xff" * 500,
        ],
        ids=["nothing", "list", "dict", "string", "bytes", "extension", "lists in lists"],
    )
    def test_announced_sizes_that_lie_take_no_memory(self, data: bytes) -> None:
        assert _peak_memory(data) < 20 << 20

    @pytest.mark.parametrize("dtype", ["<f8", "|u1", "<U9", "<U0", "<U999999"])
    @pytest.mark.parametrize("shape", [[1 << 39], [1 << 20, 1 << 20], [0, 1 << 39], [-1], [1.5], [True]])
    def test_shapes_that_lie_take_no_memory(self, dtype: str, shape: list[Any]) -> None:
        assert _peak_memory(_extension(ARRAY, msgpack.packb([dtype, shape, b""]))) < 1 << 20

    @pytest.mark.parametrize(
        "dtype", ["|O", "O", "<V8", "|S3", "<M8[s]", "f8,f8", "<U-1", "<U٣", "<U1000000", ">f8", "", "<f16"]
    )
    def test_dtypes_that_are_not_whitelisted_are_refused(self, dtype: str) -> None:
        with pytest.raises(WireError):
            decode(_extension(ARRAY, msgpack.packb([dtype, [1], bytes(8)])))

    def test_empty_containers_by_the_million_are_refused_before_they_are_built(self) -> None:
        million = b"\xdd" + struct.pack(">I", 1_000_000) + b"\x80" * 1_000_000
        with pytest.raises(WireError, match=r"more than \d+ parts"):
            decode(b"\x98" + million * 8)

    def test_small_strings_in_lists_that_stay_open_are_refused_before_they_are_built(self) -> None:
        level = b"\xdd" + struct.pack(">I", 1_000_001) + b"\xa2ab" * 1_000_000
        with pytest.raises(WireError, match=r"more than \d+ parts"):
            decode(level * 6 + b"\xc0")

    def test_extensions_in_extensions_do_not_multiply_a_large_payload(self) -> None:
        data = msgpack.packb(bytes(4 << 20))
        for _ in range(30):
            data = _extension(TUPLE, b"\x91" + data)
        assert _peak_memory(data) < 64 << 20

    def test_lists_nested_beyond_the_limit_are_refused(self) -> None:
        for levels in (100, 900, 100_000):
            with pytest.raises(WireError):
                decode(b"\x91" * levels + b"\xc0")

    def test_extensions_nested_beyond_the_limit_are_refused(self) -> None:
        data = b"\xc0"
        for _ in range(500):
            data = _extension(TUPLE, b"\x91" + data)
        with pytest.raises(WireError):
            decode(data)

    @pytest.mark.parametrize("code", [SET, MAPPING])
    def test_keys_made_to_collide_do_not_stall_the_grader(self, code: int) -> None:
        """Integers a multiple of 2^61 − 1 apart have one hash; a set of them takes quadratic time."""
        keys = [_integer(k * (2**61 - 1)) for k in range(1, 50_000)]
        parts = keys if code == SET else [[key, None] for key in keys]
        with pytest.raises(WireError, match="same hash"):
            decode(_extension(code, msgpack.packb(parts)))

    def test_an_honest_set_of_many_numbers_is_not_taken_for_an_attack(self) -> None:
        honest = {
            *range(-5000, 5000),
            *np.linspace(0, 1, 5000).tolist(),
            *((a, b) for a in range(50) for b in range(50)),
        }
        assert decode(encode(honest)) == honest

    @pytest.mark.parametrize(
        "parts",
        [
            ["|b1", [2], b"\x01\x02"],
            ["<U1", [1], struct.pack("<I", 0xD800)],
            ["<U1", [1], struct.pack("<I", 0x110000)],
        ],
        ids=["a truth value of 2", "a lone surrogate", "beyond Unicode"],
    )
    def test_bytes_that_no_array_could_hold_are_refused(self, parts: list[Any]) -> None:
        with pytest.raises(WireError, match="malformed"):
            decode(_extension(ARRAY, msgpack.packb(parts)))

    def test_text_that_is_not_utf_8_is_refused(self) -> None:
        with pytest.raises(WireError):
            decode(b"\xa3\xed\xa0\x80")

    def test_a_forged_handle_has_the_right_types_or_is_refused(self) -> None:
        for parts in ([True, "a", "b", "c"], [1, 2, "b", "c"], [1, "a", "b"], ["1", "a", "b", "c"]):
            with pytest.raises(WireError):
                decode(_extension(HANDLE, msgpack.packb(parts)))


def _value_or_wire_error(data: bytes) -> None:
    try:
        value = decode(data)
    except WireError:
        return
    repr(value)


def _peak_memory(data: bytes) -> int:
    """Bytes that decoding takes at most; the bytes must be refused or harmless."""
    tracemalloc.start()
    try:
        _value_or_wire_error(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _extension(code: int, data: bytes) -> bytes:
    return msgpack.packb(msgpack.ExtType(code, data))


def _integer(value: int) -> msgpack.ExtType | int:
    return value if value < 1 << 64 else msgpack.ExtType(INTEGER, value.to_bytes(16, "big", signed=True))


def _unsurrogated(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same array; one of text without lone surrogates, which cannot be carried."""
    if array.dtype.kind != "U":
        return array
    texts = [str(text).encode("utf-8", "replace").decode() for text in array.ravel()]
    return np.array(texts, array.dtype).reshape(array.shape)
