#!/usr/bin/env python3
"""Compares the tuner's successive halving with random search of the same budget, from settings that learn nothing: each
searches from several seeds, and what it finds is trained on seeds 0 to 4 and played for 100 greedy episodes a seed.

    make build
    Benchmarks/tuning.py ppo|sac [--repeats 5] [--trials 27] [--seeds 1000..1002] [--run runs/tuning]

A search that was stopped goes on. The steps of halving with 27 trials are those of seven whole runs for each of its
seeds; random search gets one more, since its first are the given settings."""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import time

root = pathlib.Path(__file__).resolve().parent.parent
TASKS = {
    # What is searched from, and the published figure.
    "ppo": ("CartPole-v1", ["learningRate=1e-6", "discount=0.5", "lambda=0", "finalLearningRate=0", "scheduleSteps=100000"], {
        "learningRate": "1e-6..1e-1 log", "discount": "0.5 | 0.8 | 0.9 | 0.98 | 0.99 | 0.999", "lambda": "0..1",
        "windowSteps": "32 | 64 | 128 | 256", "minibatchSize": "64 | 128 | 256", "epochs": "1..10",
        "clip": "0.05..0.5", "entropyBonus": "1e-5..0.1 log"}, ["environments=8"], 100_000, 500.0),
    "sac": ("Pendulum-v1", ["learningRate=1e-6", "discount=0.5", "hiddenSizes=64,64", "batchSize=16"], {
        "learningRate": "1e-6..1e-1 log", "discount": "0.5 | 0.8 | 0.9 | 0.98 | 0.99 | 0.999",
        "targetRate": "1e-4..1 log", "batchSize": "16 | 32 | 64 | 128", "trainEvery": "1 | 2 | 4 | 8"}, [], 20_000, -157.0),
}


def call(reverie, *words):
    result = subprocess.run([reverie, *map(str, words), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, words))} ended with {result.returncode}")
    return json.loads(result.stdout)


def whole_runs(trials):
    """How many whole runs have the steps of halving: a ninth, two more for every third, and six more for those left."""
    second, third = trials // 3, trials // 9
    return (trials + 2 * second + 6 * third) / 9


def search(reverie, agent, method, seed, folder, trials, seeds):
    """The mean return of what a search finds on seeds 0 to 4, and the seconds that the search took."""
    environment, given, ranges, run, steps, _ = TASKS[agent]
    config = folder.parent / f"{agent}.toml"
    config.write_text("\n".join([f"steps = {steps}", *run]) + "\n")
    start = time.monotonic()
    words = ["tune", agent, environment, "--preset", "none", "--config", config, "--method", method, "--trials",
             trials if method == "halving" else math.ceil(whole_runs(trials)) + 1, "--seeds", seeds, "--seed", seed, "--run", folder, "--resume"]
    for setting in given:
        words += ["--set", setting]
    for name, values in ranges.items():
        words += ["--range", f"{name}={values}"]
    table = call(reverie, *words)
    seconds = time.monotonic() - start
    judged = folder / "judged"
    call(reverie, "train", agent, environment, "--preset", "none", "--config", folder / "best.toml", "--seeds", "0..4",
         "--run", judged, "--resume")
    returns = [call(reverie, "evaluate", judged / f"seed-{index}", "--episodes", 100)["meanReturn"] for index in range(5)]
    given_score = next(trial["score"] for trial in table["trials"] if trial["trial"] == 0)
    return statistics.mean(returns), seconds, given_score


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agent", choices=TASKS)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--trials", type=int, default=27)
    parser.add_argument("--seeds", default="1000..1002")
    parser.add_argument("--run", type=pathlib.Path, default=root / "runs/tuning")
    parser.add_argument("--reverie", type=pathlib.Path, default=root / ".build/release/reverie")
    arguments = parser.parse_args()
    arguments.run.mkdir(parents=True, exist_ok=True)
    print(f"{arguments.agent} in {TASKS[arguments.agent][0]}, published {TASKS[arguments.agent][5]}", flush=True)
    found = {"halving": [], "random": []}
    for seed in range(arguments.repeats):
        for method, scores in found.items():
            folder = arguments.run / f"{arguments.agent}-{method}-{seed}"
            score, seconds, given = search(arguments.reverie, arguments.agent, method, seed, folder, arguments.trials, arguments.seeds)
            scores.append(score)
            print(f"seed {seed}, {method}: {score:.1f} on seeds 0 to 4 (given: {given:.1f}), search {seconds:.0f} s", flush=True)
    for method, scores in found.items():
        print(f"{method}: mean {statistics.mean(scores):.1f}, worst {min(scores):.1f}, best {max(scores):.1f}")


main()
