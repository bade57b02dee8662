"""Makes the NumPy files that the Swift tests read, and checks those that the Swift tests wrote: ours.npz and
rollout.npz. Needs numpy."""

import json
import pathlib

import numpy

here = pathlib.Path(__file__).parent
arrays = {
    "float32": numpy.array([[0.5, -1.25, 1e-30], [3.0, 4.0, 5.0]], dtype="<f4"),
    "float64": numpy.array([0.1, 1 / 3], dtype="<f8"),
    "int32": numpy.array(-7, dtype="<i4"),
    "int64": numpy.arange(12, dtype="<i8").reshape(1, 3, 2, 2) - 2**40,
    "uint8": numpy.array([0, 128, 255], dtype="u1"),
    "uint64": numpy.array([2**64 - 1], dtype="<u8"),
    "boolean": numpy.array([True, False, True]),
    "text": numpy.array("CartPole-v1 é😀"),
    "texts": numpy.array(["a", "", "abc"]),
    "empty": numpy.zeros((0, 3), dtype="<f4"),
}
for name, array in arrays.items():
    numpy.save(here / f"{name}.npy", array)
numpy.savez(here / "numpy.npz", **arrays)
numpy.savez_compressed(here / "compressed.npz", **arrays)

# Other orders and versions of arrays above, which are read as these.
others = {
    "big-endian-int64": arrays["int64"].astype(">i8"),
    "big-endian-texts": arrays["texts"].astype(">U3"),
    "column-major-float32": numpy.asfortranarray(arrays["float32"]),
    "column-major-int64": numpy.asfortranarray(arrays["int64"]),
    "both-int64": numpy.asfortranarray(arrays["int64"].astype(">i8")),
}
for name, array in others.items():
    numpy.save(here / f"{name}.npy", array)
for version in (2, 3):
    with open(here / f"version-{version}-float32.npy", "wb") as file:
        numpy.lib.format.write_array(file, arrays["float32"], version=(version, 0))

refused = {
    "structured": numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]),
    "half": numpy.zeros(2, dtype="<f2"),
    "complex": numpy.zeros(2, dtype="<c8"),
}
for name, array in refused.items():
    numpy.save(here / f"refused-{name}.npy", array)


def check_ours():
    with numpy.load(here / "ours.npz", allow_pickle=False) as ours:
        assert ours.files == list(arrays)
        for name, array in arrays.items():
            assert ours[name].dtype == array.dtype and ours[name].shape == array.shape, name
            assert ours[name].tobytes() == array.tobytes(), name


def check_rollout():
    """The recording of RolloutTests.swift: a counter of two numbers, three episodes in two environments."""
    with numpy.load(here / "rollout.npz", allow_pickle=False) as rollout:
        assert str(rollout["environment"]) == "Counter-v0"
        metadata = json.loads(str(rollout["metadata"]))
        assert metadata["format"] == "reverie.rollout" and metadata["version"] == 1
        assert metadata["policy"] == "probabilities" and metadata["note"] == "a test é"
        lengths = rollout["episode_lengths"]
        assert lengths.tolist() == [3, 2, 1]
        assert rollout["episode_starts"].tolist() == [0, 3, 5]
        assert rollout["seeds"].tolist() == [7, 2**63 + 1, 0]
        assert rollout["seeded"].tolist() == [True, True, False]
        assert rollout["terminated"].tolist() == [False, False, True, False, False, False]
        assert rollout["truncated"].tolist() == [False, False, False, False, True, False]
        assert rollout["observations"].dtype == numpy.float32 and rollout["observations"].shape == (9, 2)
        assert rollout["actions"].dtype == numpy.int64 and rollout["rewards"].dtype == numpy.float64
        observation, step = 0, 0
        for episode, length in enumerate(lengths):
            for t in range(length + 1):
                assert rollout["observations"][observation + t].tolist() == [episode, t]
            for t in range(length):
                assert rollout["actions"][step + t] == 10 * episode + t
                assert rollout["rewards"][step + t] == t + 0.1
                assert rollout["policy"][step + t].tolist() == [0.25, 0.75]
            observation, step = observation + length + 1, step + length


for name, check in [("ours.npz", check_ours), ("rollout.npz", check_rollout)]:
    if (here / name).exists():
        check()
        print(f"{name}: read")
    else:
        print(f"{name}: not there yet")
