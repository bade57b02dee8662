"""Makes rliable.json with rliable (https://github.com/google-research/rliable, version 1.2.0): scores, its summaries of them,
profiles, probabilities of improvement, summaries of a few resamples whose indices are kept, and its intervals.
Needs rliable (which brings numpy, scipy and arch; arch 7.2 needs pandas below 3)."""

import json
import pathlib

import numpy
from rliable import library, metrics

here = pathlib.Path(__file__).parent
generator = numpy.random.default_rng(7)
THRESHOLDS = [-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 2.0]
SUMMARIES = {
    "mean": metrics.aggregate_mean,
    "median": metrics.aggregate_median,
    "interquartileMean": metrics.aggregate_iqm,
    "optimalityGap": metrics.aggregate_optimality_gap,
    "optimalityGapTo2": lambda scores: metrics.aggregate_optimality_gap(scores, gamma=2),
}


def numbers(array):
    return numpy.asarray(array, dtype=float).tolist()


def summaries(scores):
    return {name: float(summary(scores)) for name, summary in SUMMARIES.items()}


def resample(scores):
    """The places of a stratified resample, of the shape of the scores (runs, tasks), and what rliable makes of it."""
    indices = generator.integers(0, scores.shape[0], size=scores.shape)
    drawn = scores[indices, numpy.arange(scores.shape[1])]
    return {"indices": indices.T.tolist(), **summaries(drawn)}


def intervals(scores):
    """rliable draws from NumPy's global generator."""
    numpy.random.seed(0)
    _, found = library.get_interval_estimates(
        {"x": scores}, lambda x: numpy.array([summary(x) for summary in SUMMARIES.values()]), reps=10_000)
    return {name: numbers(found["x"][:, index]) for index, name in enumerate(SUMMARIES)}


def case(name, scores):
    scores = numpy.asarray(scores, dtype=float)
    return {
        "name": name,
        "tasks": numbers(scores.T),
        **summaries(scores),
        "thresholds": THRESHOLDS,
        "shareOfRuns": numbers(library.score_distributions(scores, THRESHOLDS)),
        "shareOfTasks": numbers(library.average_score_distributions(scores, THRESHOLDS)),
        "resamples": [resample(scores) for _ in range(4)],
        "intervals": intervals(scores),
    }


def pair(name, first, second):
    numpy.random.seed(1)
    value, interval = library.get_interval_estimates(
        {"pair": [first, second]}, lambda x, y: numpy.array([metrics.probability_of_improvement(x, y)]), reps=2_000)
    return {
        "name": name,
        "first": numbers(first.T),
        "second": numbers(second.T),
        "probability": float(value["pair"][0]),
        "reverse": float(metrics.probability_of_improvement(second, first)),
        "interval": numbers(interval["pair"][:, 0]),
    }


several = generator.normal(0.6, 0.4, (10, 6))
rounded = numpy.round(generator.normal(0.5, 0.5, (5, 4)) * 4) / 4
one = generator.normal(0.8, 0.2, (8, 1))
profile, bands = library.create_performance_profile({"x": several}, numpy.array(THRESHOLDS), reps=4_000)
fixture = {
    "cases": [
        case("several tasks", several),
        case("with ties and at thresholds", rounded),
        case("one task", one),
        case("three runs", generator.exponential(1, (3, 5))),
        case("returns", generator.normal(-80, 20, (5, 2))),
    ],
    "pairs": [
        pair("other numbers of runs", several, generator.normal(0.5, 0.4, (7, 6))),
        pair("with ties", rounded, numpy.round(generator.normal(0.5, 0.5, (6, 4)) * 4) / 4),
        pair("the same", one, one),
        pair("always", one + 5, one),
    ],
    "profile": {"thresholds": THRESHOLDS, "values": numbers(profile["x"]), "bands": numbers(bands["x"])},
}
(here / "rliable.json").write_text(json.dumps(fixture))
