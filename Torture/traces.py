#!/usr/bin/env python3
"""Plays the same random actions in Gymnasium's environments, MinAtar's included, and through `reverie trace`, and
compares every observation, reward and end: integers exactly, other numbers to 1e-6. Run it with gymnasium 1.4,
minatar 1.0.15 and NumPy 2.

    Torture/traces.py [SEEDS] [ACTIONS] [NAME]      SEEDS seeds (default 20) with ACTIONS actions each (default 5000),
                                                    in the environments whose names contain NAME (default: all)
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

# Gymnasium's name, its arguments, and the options of its resets, which are options of reverie's environment.
WORLDS = [
    ("CartPole-v1", {}, {}),
    ("CartPole-v1", {"sutton_barto_reward": True}, {"low": -0.2, "high": 0.1}),
    ("MountainCar-v0", {}, {}),
    ("MountainCar-v0", {"goal_velocity": 0.03, "max_episode_steps": 700}, {"low": -1.2, "high": 0.5}),
    ("MountainCarContinuous-v0", {}, {}),
    ("MountainCarContinuous-v0", {"goal_velocity": 0.01, "max_episode_steps": 50}, {"low": -1.2, "high": 0.44}),
    ("Pendulum-v1", {}, {}),
    ("Pendulum-v1", {"g": 9.81}, {"x_init": 50.0, "y_init": 8.0}),
    ("Acrobot-v1", {}, {}),
    ("Acrobot-v1", {"max_episode_steps": 40}, {"low": -3.0, "high": 3.0}),
    ("FrozenLake-v1", {"is_slippery": True}, {}),
    ("FrozenLake-v1", {"is_slippery": False}, {}),
    ("FrozenLake-v1", {"success_rate": 0.75}, {}),
    ("FrozenLake8x8-v1", {"is_slippery": True}, {}),
    ("FrozenLake8x8-v1", {"is_slippery": False}, {}),
    ("CliffWalking-v1", {}, {}),
    ("CliffWalking-v1", {"is_slippery": True, "max_episode_steps": 100}, {}),
    ("CliffWalkingSlippery-v1", {}, {}),
    ("Taxi-v4", {}, {}),
    ("Taxi-v4", {"is_rainy": True}, {}),
    ("Taxi-v4", {"fickle_passenger": True, "fickle_probability": 0.8, "max_episode_steps": 2000}, {}),
    ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.4, "fickle_passenger": True}, {}),
    ("Blackjack-v1", {}, {}),
    ("Blackjack-v1", {"sab": False}, {}),
    ("Blackjack-v1", {"sab": False, "natural": True}, {}),
    *((f"MinAtar/{game}-{version}", {}, {}) for game in GAMES for version in ["v0", "v1"]),
    *((f"MinAtar/{game}-v0", {"sticky_action_prob": 0.5, "difficulty_ramping": False}, {}) for game in GAMES),
]


def drawn(space, seed, count):
    """Random actions; for a box, a tenth of them at its bounds."""
    random = numpy.random.default_rng(seed)
    if hasattr(space, "n"):
        return random.integers(space.n, size=count).tolist()
    numbers = random.uniform(1.1 * space.low, 1.1 * space.high, (count, *space.shape))
    return list(numpy.clip(numbers, space.low, space.high).astype(space.dtype))


def originals(environment, seed, actions, options):
    """The lines of a trace as (kind, observation, reward, terminated, truncated), from Gymnasium."""
    yield "reset", environment.reset(seed=seed, options=options)[0]
    for place, action in enumerate(actions):
        observation, reward, terminated, truncated, _ = environment.step(action)
        yield "step", observation, float(reward), bool(terminated), bool(truncated)
        if (terminated or truncated) and place + 1 < len(actions):
            yield "reset", environment.reset(options=options)[0]


def ours(name, arguments, seed, actions):
    """The same from reverie."""
    command = [REVERIE, "trace", name, "--seed", str(seed), "--actions", "-"]
    for option, value in arguments.items():
        command += ["--option", f"{option}={json.dumps(value)}"]
    text = "".join(f"{numpy.asarray(action).item()!r}\n" for action in actions)
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    for line in map(json.loads, result.stdout.splitlines()):
        if line.get("reset"):
            yield "reset", line["observation"]
        else:
            yield "step", line["observation"], line["reward"], line["terminated"], line["truncated"]


def difference(expected, found):
    """The distance between two lines; infinite if anything but a floating-point number differs."""
    if expected is None or found is None or expected[0] != found[0] or expected[3:] != found[3:]:
        return float("inf")
    own, other = numpy.asarray(expected[1]), numpy.asarray(found[1])
    if own.ndim > 1:
        own = own.ravel()  # A trace's lists are flat.
    if own.shape != other.shape:
        return float("inf")
    apart = abs(expected[2] - found[2]) if len(expected) > 2 else 0.0
    if own.dtype.kind != "f":
        return apart if numpy.array_equal(own, other) else float("inf")
    return max(apart, float(numpy.max(numpy.abs(own.astype(float) - other.astype(own.dtype).astype(float)))))


def compare(name, arguments, options, seeds, count):
    """Compares all seeds; returns the number of lines, of ends of episodes, and the largest difference."""
    lines, ends, worst = 0, 0, 0.0
    for seed in range(seeds):
        # A new environment each time, because MinAtar's keeps the last action across resets and seeds. It also breaks
        # rules of Gymnasium's checker: it lacks the required kind of generator.
        environment = gymnasium.make(name, disable_env_checker=name.startswith("MinAtar/"), **arguments)
        actions = drawn(environment.action_space, seed, count)
        theirs = list(originals(environment, seed, actions, options))
        own = list(ours(name, arguments | options, seed, actions))
        for place in range(max(len(theirs), len(own))):
            pair = [trace[place] if place < len(trace) else None for trace in (theirs, own)]
            distance = difference(*pair)
            if not distance <= TOLERANCE:
                where = f"{name} {arguments | options} seed {seed}, line {place + 1}"
                sys.exit(f"{where}: Gymnasium {pair[0]}, reverie {pair[1]}")
            worst = max(worst, distance)
        lines += len(theirs)
        ends += sum(line[0] == "step" and (line[3] or line[4]) for line in theirs)
    return lines, ends, worst


if __name__ == "__main__":
    seeds, count, part = sys.argv[1:4] + ["20", "5000", ""][len(sys.argv) - 1 :]
    seeds, count = int(seeds), int(count)
    minatar.gym.register_envs()
    for name, arguments, options in WORLDS:
        if part not in name:
            continue
        lines, ends, worst = compare(name, arguments, options, seeds, count)
        agreement = f"{seeds} seeds, {lines} lines and {ends} ends agree; largest difference {worst:g}"
        print(f"{name} {arguments | options}: {agreement}", flush=True)
