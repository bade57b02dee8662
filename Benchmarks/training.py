#!/usr/bin/env python3
"""Trains with RL Zoo's settings on CartPole-v1, or SAC on Pendulum-v1, ours and Stable-Baselines3 in turn, one thread
each, and prints how often the final weights reach a mean greedy return of 475, or of −200, over 100 episodes, and the
times.

    make build && python3 Benchmarks/training.py 0-19        (with a Python that has stable-baselines3)
    make build && python3 Benchmarks/training.py 0-4 --agent ppo
    make build && python3 Benchmarks/training.py 0-1 --agent sac

A log keeps what has been played: with the same one, a call plays only what is missing and counts all of it that was
asked for. `--only` plays and counts one side."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
reverie = str(here.parent / ".build/release/reverie")
one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}

# The environment, the preset, the steps that Stable-Baselines3 makes (it goes on to the end of its last 256), and the
# return that counts as learned.
trainings = {
    "dqn": ("CartPole-v1", "dqn/CartPole-v1-zoo", 50_176, 475), "ppo": ("CartPole-v1", "ppo/CartPole-v1", 100_096, 475),
    "sac": ("Pendulum-v1", "sac/Pendulum-v1", 20_000, -200)}


def output(*command):
    text = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=one_thread).stdout
    return json.loads(text)


def play_ours(seed):
    environment, preset, steps, _ = trainings[arguments.agent]
    with tempfile.TemporaryDirectory() as folder:
        run = folder + "/run"
        result = output(
            reverie, "train", arguments.agent, environment, "--preset", preset, "--seed", str(seed), "--steps",
            str(steps), "--threads", "1", "--run", run, "--json")
        mean = output(reverie, "evaluate", run, "--last", "--episodes", "100", "--json")["meanReturn"]
    return {key: result[key] for key in ("steps", "updates", "seconds")} | {"meanReturn": mean}


def play_peer(seed):
    return output(sys.executable, str(here / f"peers/sb3_{arguments.agent}.py"), "--seed", str(seed))


players = {"Reverie": play_ours, "Stable-Baselines3": play_peer}


def seeds(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def interval(hits, count, z=1.96):
    """Wilson's interval of a share, 95 %."""
    share = hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


def row(name, results):
    returns = [result["meanReturn"] for result in results]
    hits = sum(value >= threshold for value in returns)
    low, high = interval(hits, len(returns))
    return (
        f"| {name} | {hits} of {len(returns)} | {hits / len(returns):.0%} | {low:.0%} to {high:.0%} "
        f"| {statistics.mean(returns):.0f} | {statistics.median(returns):.0f} "
        f"| {statistics.median(result['seconds'] for result in results):.1f} |")


parser = argparse.ArgumentParser()
parser.add_argument("seeds", nargs="+", type=seeds, metavar="N|N-M")
parser.add_argument("--agent", choices=trainings, default="dqn", help="(dqn)")
parser.add_argument("--only", choices=players, help="one side")
parser.add_argument("--log", type=pathlib.Path, help="a file of JSON Lines")
arguments = parser.parse_args()
wanted = [seed for part in arguments.seeds for seed in part]
threshold = trainings[arguments.agent][3]
names = [arguments.only] if arguments.only else list(players)

results = {}
if arguments.log and arguments.log.exists():
    for line in arguments.log.read_text().splitlines():
        entry = json.loads(line)
        if entry.get("agent", "dqn") == arguments.agent:
            results[entry["name"], entry["seed"]] = entry
for seed in wanted:
    for name in names:
        if (name, seed) in results:
            continue
        entry = results[name, seed] = {"agent": arguments.agent, "name": name, "seed": seed} | players[name](seed)
        print(json.dumps(entry), file=sys.stderr)
        if arguments.log:
            with arguments.log.open("a") as log:
                print(json.dumps(entry), file=log)

print(f"|  | {threshold} reached | share | 95 % interval | mean return | median | seconds |\n|---|--:|--:|--:|--:|--:|--:|")
for name in names:
    print(row(name, [results[name, seed] for seed in wanted]))
