"""Makes golden.safetensors and others.safetensors with the format's own library, and reads back what the Swift
tests wrote (ours.safetensors). Needs numpy and safetensors."""

import pathlib

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

here = pathlib.Path(__file__).parent
tensors = {
    "weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 4 - 0.5,
    "bias": numpy.array([1e-30, -0.0, 3.5], dtype=numpy.float32),
    "moment": numpy.array([[0.1], [1 / 3]], dtype=numpy.float64),
    "steps": numpy.array(-(2**40), dtype=numpy.int64),
    "actions": numpy.array([1, -2, 3], dtype=numpy.int32),
    "frame": numpy.array([0, 127, 255], dtype=numpy.uint8),
    "ended": numpy.array([True, False], dtype=numpy.bool_),
    "empty": numpy.zeros((0, 4), dtype=numpy.float32),
    "quote\"\\é": numpy.array([7], dtype=numpy.int64),
}
metadata = {"format": "reverie é\n"}
save_file(tensors, here / "golden.safetensors", metadata)
# Types that are read and not written here; numpy has no bfloat16, so its bits go in as they are.
others = {
    "half": numpy.array([1, -2, 65504, 2**-24, 2**-14, 0.1, numpy.inf], dtype=numpy.float16),
    "brain": numpy.array([0x3F80, 0xC000, 0x7F7F, 0x0001, 0x3DCD], dtype=numpy.uint16),
    "short": numpy.array([-3, 7], dtype=numpy.int16),
    "large": numpy.array([2**64 - 1], dtype=numpy.uint64),
    "small": numpy.array([-128], dtype=numpy.int8),
    "natural": numpy.array([2**32 - 1], dtype=numpy.uint32),
}
save_file(others, here / "others.safetensors")
written = (here / "others.safetensors").read_bytes()


def renamed(old, new):
    """The file with the type of a tensor renamed to one of the same size."""
    length = int.from_bytes(written[:8], "little")
    header = written[8:8 + length].rstrip().replace(old, new)
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + written[8 + length:]


(here / "others.safetensors").write_bytes(renamed(b'"brain":{"dtype":"U16"', b'"brain":{"dtype":"BF16"'))
(here / "refused.safetensors").write_bytes(renamed(b'"dtype":"I8"', b'"dtype":"F8_E4M3"'))

ours = here / "ours.safetensors"
if ours.exists():
    loaded = load_file(ours)
    assert set(loaded) == set(tensors)
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype and loaded[name].shape == tensor.shape, name
        assert loaded[name].tobytes() == tensor.tobytes(), name
    with safe_open(ours, "numpy") as file:
        assert file.metadata() == {**metadata, "another": "entry"}
    print("ours.safetensors: read")
else:
    print("ours.safetensors: not there yet")
