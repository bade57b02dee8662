"""Converts the library's spaces to Gymnasium's, and rows of numbers to their members."""

import numpy
from gymnasium import spaces


def space(description):
    """The space that the library describes."""
    kind = description["type"]
    if kind == "Discrete":
        return spaces.Discrete(description["n"])
    if kind == "Box":
        element = numpy.dtype(description["dtype"])
        shape = tuple(description["shape"])
        low, high = (_bounds(description[key], shape, element) for key in ("low", "high"))
        return spaces.Box(low, high, shape, element)
    if kind == "MultiDiscrete":
        return spaces.MultiDiscrete(description["nvec"])
    if kind == "MultiBinary":
        return spaces.MultiBinary(description["n"])
    if kind == "Tuple":
        return spaces.Tuple([space(part) for part in description["spaces"]])
    return spaces.Dict({name: space(part) for name, part in description["spaces"].items()})


def _bounds(numbers, shape, element):
    bounds = numpy.array(numbers, numpy.float64).astype(element).reshape(shape if numpy.ndim(numbers) else ())
    return numpy.broadcast_to(bounds, shape)


def width(of):
    """The number of numbers in a member."""
    if isinstance(of, spaces.Discrete):
        return 1
    if isinstance(of, spaces.Tuple):
        return sum(map(width, of.spaces))
    if isinstance(of, spaces.Dict):
        return sum(map(width, of.spaces.values()))
    return int(numpy.prod(of.shape))


def members(of, rows):
    """Converts rows (n, ...) to a batch of members, without a copy if they already are one."""
    if isinstance(of, spaces.Discrete):
        return rows.reshape(len(rows)).astype(of.dtype)
    if isinstance(of, (spaces.Tuple, spaces.Dict)):
        parts, start, results = of.spaces, 0, []
        for part in parts.values() if isinstance(of, spaces.Dict) else parts:
            end = start + width(part)
            results.append(members(part, rows[:, start:end]))
            start = end
        return dict(zip(parts, results)) if isinstance(of, spaces.Dict) else tuple(results)
    return rows.reshape(len(rows), *of.shape).astype(of.dtype, copy=False)


def member(of, row):
    """Converts one row to a member."""
    if isinstance(of, spaces.Discrete):
        return int(row.reshape(-1)[0])
    if isinstance(of, (spaces.Tuple, spaces.Dict)):
        parts, start, results = of.spaces, 0, []
        for part in parts.values() if isinstance(of, spaces.Dict) else parts:
            end = start + width(part)
            results.append(member(part, row[start:end]))
            start = end
        return dict(zip(parts, results)) if isinstance(of, spaces.Dict) else tuple(results)
    return row.reshape(of.shape).astype(of.dtype)
