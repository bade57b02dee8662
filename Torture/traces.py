#!/usr/bin/env python3
"""Plays the same random actions in Gymnasium's environments, MinAtar's among them, and through `reverie trace`, and compares every observation,
reward and end: whole numbers exactly, others to 1e-6. Run with gymnasium 1.4, minatar 1.0.15 and NumPy 2.

    Torture/traces.py [SEEDS] [ACTIONS] [NAME]  so many seeds (default 20) of so many actions each (default 2000), in
                                                the environments whose names contain NAME (default all)
"""

import json
import pathlib
import subprocess
import sys

import gymnasium
import minatar.gym
import numpy

REVERIE = pathlib.Path(__file__).resolve().parent.parent / ".build/release/reverie"
TOLERANCE = 1e-6
GAMES = ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]

# Gymnasium's name and arguments; reverie's options say the same.
WORLDS = [
    ("CartPole-v1", {}),
    ("FrozenLake-v1", {"is_slippery": True}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake8x8-v1", {"is_slippery": True}),
    ("FrozenLake8x8-v1", {"is_slippery": False}),
    *((f"MinAtar/{game}-{version}", {}) for game in GAMES for version in ["v0", "v1"]),
    *((f"MinAtar/{game}-v0", {"sticky_action_prob": 0.5, "difficulty_ramping": False}) for game in GAMES),
]


def originals(environment, seed, actions):
    """The lines of a trace as (kind, observation, reward, terminated, truncated), from Gymnasium."""
    yield "reset", environment.reset(seed=seed)[0]
    for place, action in enumerate(actions):
        observation, reward, terminated, truncated, _ = environment.step(action)
        yield "step", observation, float(reward), bool(terminated), bool(truncated)
        if (terminated or truncated) and place + 1 < len(actions):
            yield "reset", environment.reset()[0]


def ours(name, arguments, seed, actions):
    """The same from reverie."""
    command = [REVERIE, "trace", name, "--seed", str(seed), "--actions", "-"]
    for option, value in arguments.items():
        command += ["--option", f"{option}={json.dumps(value)}"]
    text = "".join(f"{action}\n" for action in actions)
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    for line in map(json.loads, result.stdout.splitlines()):
        if line.get("reset"):
            yield "reset", line["observation"]
        else:
            yield "step", line["observation"], line["reward"], line["terminated"], line["truncated"]


def difference(expected, found):
    """How far apart two lines are; infinite where anything but a floating-point number differs."""
    if expected is None or found is None or expected[0] != found[0] or expected[2:] != found[2:]:
        return float("inf")
    own, other = numpy.asarray(expected[1]), numpy.asarray(found[1])
    if own.ndim > 1:
        own = own.ravel()  # A trace's lists are flat.
    if own.shape != other.shape:
        return float("inf")
    if own.dtype.kind != "f":
        return 0.0 if numpy.array_equal(own, other) else float("inf")
    return float(numpy.max(numpy.abs(own.astype(float) - other.astype(float))))


def compare(name, arguments, seeds, count):
    """Compares all seeds; gives the number of lines, of episodes' ends, and the largest difference."""
    lines, ends, worst = 0, 0, 0.0
    for seed in range(seeds):
        # A new one each time: MinAtar's remembers the last action beyond resets and seeds. And it breaks rules of
        # Gymnasium's checker: it has no generator of the kind that is asked for.
        environment = gymnasium.make(name, disable_env_checker=name.startswith("MinAtar/"), **arguments)
        actions = numpy.random.default_rng(seed).integers(environment.action_space.n, size=count).tolist()
        theirs, own = list(originals(environment, seed, actions)), list(ours(name, arguments, seed, actions))
        for place in range(max(len(theirs), len(own))):
            pair = [trace[place] if place < len(trace) else None for trace in (theirs, own)]
            distance = difference(*pair)
            if not distance <= TOLERANCE:
                sys.exit(f"{name} {arguments} seed {seed}, line {place + 1}: Gymnasium {pair[0]}, reverie {pair[1]}")
            worst = max(worst, distance)
        lines += len(theirs)
        ends += sum(line[0] == "step" and (line[3] or line[4]) for line in theirs)
    return lines, ends, worst


if __name__ == "__main__":
    seeds, count, part = sys.argv[1:4] + ["20", "2000", ""][len(sys.argv) - 1 :]
    seeds, count = int(seeds), int(count)
    minatar.gym.register_envs()
    for name, arguments in WORLDS:
        if part not in name:
            continue
        lines, ends, worst = compare(name, arguments, seeds, count)
        print(f"{name} {arguments}: {seeds} seeds, {lines} lines and {ends} ends agree; largest difference {worst:g}")
