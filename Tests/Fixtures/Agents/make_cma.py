#!/usr/bin/env python3
"""Writes cma.json: what pycma makes of given candidates, and how many evaluations it needs.

    pip install cma==4.5.0
    Tests/Fixtures/Agents/make_cma.py

Updates: pycma chooses its own rates for the step size and the covariance; here they are set to the defaults of Hansen's tutorial
(arXiv:1604.00772, table 1), written down anew, so that the same candidates must give the same mean, step size, covariance and paths.
Evaluations: pycma as it is, its own rates included, on functions of n parameters until 1e-8 is reached."""
import json
import math
import pathlib
import warnings

warnings.simplefilter("ignore")
import cma  # noqa: E402
import numpy as np  # noqa: E402

RUNS = 25


def sphere(x):
    return float(np.sum(np.square(x)))


def ellipsoid(x):
    n = len(x)
    return float(sum(1e6 ** (i / (n - 1)) * x[i] ** 2 for i in range(n)))


def rosenbrock(x):
    x = np.asarray(x)
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


FUNCTIONS = {"sphere": (sphere, 1.0, 0.5), "ellipsoid": (ellipsoid, 1.0, 0.5), "rosenbrock": (rosenbrock, 0.0, 0.3)}


def rates(n, mueff, diagonal):
    """The tutorial's c_c, c_1, c_mu, c_sigma and d_sigma; Ros and Hansen's factor for a diagonal covariance."""
    faster = (n + 2) / 3 if diagonal else 1
    cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
    c1 = min(1, faster * 2 / ((n + 1.3) ** 2 + mueff))
    cmu = min(1 - c1, faster * 2 * (1 / 4 + mueff + 1 / mueff - 2) / ((n + 2) ** 2 + 2 * mueff / 2))
    cs = (mueff + 2) / (n + mueff + 5)
    damps = 1 + 2 * max(0, math.sqrt((mueff - 1) / (n + 1)) - 1) + cs
    return cc, c1, cmu, cs, damps


class DiagonalSampler(cma.sampler.GaussDiagonalSampler):
    """Measures bad steps by the covariance that they were sampled from, as pycma's full sampler and the tutorial do; the original
    by one that has decayed already."""

    def update(self, vectors, weights, c1_times_delta_hsigma=0):
        self.sampled_from = self.C.copy()
        super().update(vectors, weights, c1_times_delta_hsigma)

    def norm(self, x):
        return float(np.sum(np.square(x) / self.sampled_from) ** 0.5)


def updates(n, population, diagonal, generations, seed):
    options = {"popsize": population, "seed": seed, "verbose": -9, "updatecovwait": 0, "CMA_diagonal": 0}
    if diagonal:
        options["CMA_sampler"] = DiagonalSampler
    mean = np.linspace(-1, 1, n)
    es = cma.CMAEvolutionStrategy(mean, 0.7, options)
    if not diagonal:
        # It starts with eigenvalues that differ by 1e-5, so that plots can tell them apart.
        es.sm.C, es.sm.B, es.sm.D = np.eye(n), np.eye(n), np.ones(n)
    weights = cma.recombination_weights.RecombinationWeights(population)
    cc, c1, cmu, cs, damps = rates(n, weights.mueff, diagonal)
    weights.finalize_negative_weights(n, c1, cmu)
    es.sp.weights, es.sp.cc, es.sp.c1, es.sp.cmu = weights, cc, c1, cmu
    es.sm.parameters = lambda *_, **__: {}
    es.adapt_sigma.initialize(es)
    es.adapt_sigma.cs, es.adapt_sigma.damps = cs, damps
    steps = []
    for _ in range(generations):
        candidates = es.ask()
        values = [rosenbrock(x) for x in candidates]
        es.tell(candidates, values)
        es.sm.update_now(0)
        assert es.adapt_sigma.cs == cs and es.adapt_sigma.damps == damps and es.sp.cmu == cmu
        steps.append({
            "candidates": [list(map(float, x)) for x in candidates], "values": values, "mean": list(map(float, es.mean)),
            "stepSize": float(es.sigma), "covariance": list(map(float, np.ravel(es.sm.C))),
            "stepPath": list(map(float, es.adapt_sigma.ps)), "covariancePath": list(map(float, es.pc))})
    return {
        "diagonal": diagonal, "population": population, "start": list(map(float, mean)), "deviation": 0.7,
        "weights": [float(w) for w in weights], "rates": [cc, c1, cmu, cs, damps], "steps": steps}


def evaluations(name, n):
    function, start, deviation = FUNCTIONS[name]
    counts = []
    for seed in range(1, RUNS + 1):
        es = cma.CMAEvolutionStrategy([start] * n, deviation, {"ftarget": 1e-8, "seed": seed, "verbose": -9})
        es.optimize(function)
        if es.result.fbest <= 1e-8:
            counts.append(int(es.result.evaluations))
    return {
        "function": name, "count": n, "start": start, "deviation": deviation, "runs": RUNS, "successes": len(counts),
        "mean": float(np.mean(counts)), "standardDeviation": float(np.std(counts, ddof=1))}


# The expected length of a normal vector: pycma's is exact, the tutorial's an approximation.
mathematics = cma.sigma_adaptation.Mh
exact = mathematics.chiN
mathematics.chiN = staticmethod(lambda n: n**0.5 * (1 - 1 / (4 * n) + 1 / (21 * n**2)))
cases = [updates(5, 8, False, 8, 1), updates(3, 12, False, 12, 2), updates(5, 8, True, 8, 3), updates(8, 6, True, 10, 4)]
mathematics.chiN = exact

fixture = {
    "pycma": cma.__version__.split()[0],
    "updates": cases,
    "evaluations": [evaluations(name, n) for name in FUNCTIONS for n in (5, 10)],
}
path = pathlib.Path(__file__).with_name("cma.json")
path.write_text(json.dumps(fixture) + "\n")
for row in fixture["evaluations"]:
    print(row)
