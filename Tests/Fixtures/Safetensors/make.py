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
save_file({"half": numpy.zeros(2, dtype=numpy.float16)}, here / "others.safetensors")

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
