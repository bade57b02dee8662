"""The library's spaces as Gymnasium's, and rows of numbers as their members."""

import numpy
from gymnasium import spaces


def space(description):
    """The space of a description that the library gave."""
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
    return numpy.broadcast_to(numpy.array(numbers, numpy.float64).astype(element).reshape(shape if numpy.ndim(numbers) else ()), shape)


def width(of):
    """How many numbers a member has."""
    if isinstance(of, spaces.Discrete):
        return 1
    if isinstance(of, spaces.Tuple):
        return sum(map(width, of.spaces))
    if isinstance(of, spaces.Dict):
        return sum(map(width, of.spaces.values()))
    return int(numpy.prod(of.shape))


def members(of, rows):
    """The rows (n, ...) as a batch of members, not copied where they already are that."""
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
    """One row as a member of its own."""
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
