#!/usr/bin/env python3
"""The test log-likelihood of the Chow-Liu tree of binary tables, in nats: the best tree of pairwise dependences (Chow & Liu 1968),
which every model of more has to beat.

    python3 Benchmarks/chow_liu.py FOLDER NAME...

Reads FOLDER/NAME.{train,test}.csv, plain or gzipped. Pairs are counted on the training rows with a smoothing of one row in all."""
import gzip
import pathlib
import sys

import numpy


def table(folder, name):
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
                return numpy.loadtxt(file, delimiter=",", dtype=numpy.float64, ndmin=2)
    sys.exit(f"{folder / name} is not there")


def joint(rows, smoothing=1.0):
    """p(x_i = a, x_j = b) of all pairs: (2, 2, D, D)."""
    count = len(rows) + smoothing
    values = [1 - rows, rows]
    return numpy.array([[(a.T @ b + smoothing / 4) / count for b in values] for a in values])


def tree(pairs):
    """The parent of each variable in the maximum spanning tree of mutual information, by Prim's algorithm."""
    marginals = pairs.sum(1)[:, :, 0]
    independent = marginals[:, None, :, None] * marginals[None, :, None, :]
    information = (pairs * numpy.log(pairs / independent)).sum((0, 1))
    parents, best = {0: None}, {v: (information[0, v], 0) for v in range(1, len(information))}
    while best:
        vertex = max(best, key=lambda v: best[v][0])
        parents[vertex] = best.pop(vertex)[1]
        for other in best:
            best[other] = max(best[other], (information[vertex, other], vertex))
    return parents


def log_likelihood(rows, pairs, parents):
    bits = rows.astype(int)
    total = numpy.zeros(len(rows))
    for variable, parent in parents.items():
        if parent is None:
            marginal = pairs[:, :, variable, (variable + 1) % len(parents)].sum(1)
            total += numpy.log(marginal)[bits[:, variable]]
        else:
            table = pairs[:, :, variable, parent]
            total += numpy.log(table / table.sum(0))[bits[:, variable], bits[:, parent]]
    return total.mean()


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:]:
        pairs = joint(table(folder, f"{name}.train.csv"))
        print(name, round(log_likelihood(table(folder, f"{name}.test.csv"), pairs, tree(pairs)), 3))
