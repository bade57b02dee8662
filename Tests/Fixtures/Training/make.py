"""Makes statistics.json with NumPy and SciPy, and reads the event file and table that the Swift tests wrote with
TensorBoard and csv. Needs numpy, scipy, tensorboard."""

import csv
import json
import math
import pathlib

import numpy
import scipy.stats
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

here = pathlib.Path(__file__).parent


def bootstrap(values, seed):
    """The percentile bootstrap of the mean with NumPy's generator, one resample after the other."""
    generator = numpy.random.default_rng(seed)
    draws = generator.integers(0, len(values), size=(2000, len(values)))
    # Summed one by one, as the Swift code does; NumPy's own sums are pairwise.
    means = [sum(values[i] for i in row) / len(values) for row in draws.tolist()]
    return [float(numpy.quantile(means, share)) for share in (0.025, 0.975)]


def case(name, values, seed):
    values = [float(value) for value in values]
    return {
        "name": name,
        "values": values,
        "mean": float(numpy.mean(values)),
        "population": float(numpy.std(values)),
        "sample": float(numpy.std(values, ddof=1)),
        "median": float(numpy.median(values)),
        "interquartileMean": float(scipy.stats.trim_mean(values, 0.25)),
        "seed": seed,
        "interval": bootstrap(values, seed),
    }


generator = numpy.random.default_rng(1)
cases = [
    case("normal", generator.normal(100, 30, 37), 0),
    case("integers", generator.integers(0, 500, 20), 1),
    case("skewed", generator.exponential(5, 101), 2),
    case("two", [1, 4], 3),
    case("three", [3, -1, 10], 4),
    case("equal", [500] * 10, 5),
    case("far from zero", generator.normal(1e9, 1, 50), 6),
]
(here / "statistics.json").write_text(json.dumps(cases))


def check_events(name):
    events = list(EventFileLoader(str(here / name)).Load())
    assert events[0].file_version == "brain.Event:2" and events[0].wall_time == 1.5e9
    found = [
        (event.step, event.wall_time, value.tag, value.tensor.float_val[0])
        for event in events[1:]
        for value in event.summary.value
    ]
    expected = [
        (0, 1.5e9 + 0.5, "train/loss", 0.25),
        (0, 1.5e9 + 0.5, "train/return é", numpy.float32(-21.3)),
        (300, 1.5e9 + 1, "train/loss", numpy.float32(1e-30)),
        (2**40, 1.5e9 + 2, "long" * 50, math.inf),
    ]
    assert found == expected, found


def check_episodes(name):
    with open(here / name, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["return"]) for row in rows] == [21.0, -0.1], rows
    assert [row["terminated"] + row["truncated"] for row in rows] == ["10", "01"]
    assert [row["environment"] for row in rows] == ["3", "0"]


for name, check in [("events.out.tfevents.reverie", check_events), ("episodes.csv", check_episodes)]:
    if (here / name).exists():
        check(name)
        print(f"{name}: read")
    else:
        print(f"{name}: not there yet")
