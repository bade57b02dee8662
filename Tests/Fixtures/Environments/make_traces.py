"""Writes traces.txt: episodes, batches and samples of Gymnasium 1.4. Run with gymnasium and NumPy 2.

A block begins with a line `# kind name ...`. Observations of single precision are written as the hexadecimal bits
of their elements, integers as they are.

    # trace ID SEED name=value...      `reset O`, then `ACTION REWARD TERMINATED TRUNCATED O` a step
    # vector ID MODE COUNT SEED        `reset O...`, then `A... | R... | T... | U... | O... | F...`, F the final ones
    # map SIZE P SEED                  the rows of a random lake
    # space TEXT SEED                  one sample a line
"""

import pathlib

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.toy_text.frozen_lake import generate_random_map
from gymnasium.vector import AutoresetMode, SyncVectorEnv

lines = []


def text(observation):
    array = np.asarray(observation)
    if array.dtype == np.float32:
        return " ".join(f"{bits:08x}" for bits in array.view(np.uint32).ravel())
    return " ".join(str(int(number)) for number in array.ravel())


def trace(name, seed, steps, **arguments):
    env = gym.make(name, **arguments)
    words = [f"{key}={str(value).lower()}" for key, value in arguments.items()]
    lines.append(" ".join(["# trace", name, str(seed), *words]))
    actions = np.random.default_rng(1000 + seed)
    lines.append("reset " + text(env.reset(seed=seed)[0]))
    for _ in range(steps):
        action = int(actions.integers(env.action_space.n))
        observation, reward, terminated, truncated, _ = env.step(action)
        lines.append(f"{action} {float(reward)} {int(terminated)} {int(truncated)} {text(observation)}")
        if terminated or truncated:
            lines.append("reset " + text(env.reset()[0]))


def vector(name, mode, count, seed, steps):
    env = SyncVectorEnv([lambda: gym.make(name, max_episode_steps=12)] * count, autoreset_mode=mode)
    lines.append(f"# vector {name} {mode.name} {count} {seed}")
    actions = np.random.default_rng(seed)
    lines.append("reset " + text(env.reset(seed=seed)[0]))
    for _ in range(steps):
        chosen = actions.integers(env.single_action_space.n, size=count)
        observations, rewards, terminated, truncated, infos = env.step(chosen)
        final = [
            infos["final_obs"][i] if "final_obs" in infos and infos["_final_obs"][i] else observations[i]
            for i in range(count)
        ]
        lines.append(" | ".join([
            text(chosen), " ".join(str(float(r)) for r in rewards), text(terminated), text(truncated),
            text(observations), text(np.asarray(final)),
        ]))


def space(text_form, space, seed, count):
    lines.append(f"# space {text_form} {seed}")
    space.seed(seed)
    for _ in range(count):
        sample = space.sample()
        if isinstance(sample, dict):
            sample = tuple(sample.values())
        parts = sample if isinstance(sample, tuple) else (sample,)
        lines.append(" ".join(str(float(x)) for part in parts for x in np.asarray(part).ravel()))


for seed in [0, 7, 123456789012]:
    trace("CartPole-v1", seed, 200)
trace("CartPole-v1", 3, 60, sutton_barto_reward=True)
trace("CartPole-v1", 4, 60, max_episode_steps=9)
trace("CartPole-v0", 5, 40)
for seed in [0, 7, 123456789012]:
    for name in ["FrozenLake-v1", "FrozenLake8x8-v1"]:
        for slippery in [True, False]:
            trace(name, seed, 200, is_slippery=slippery)
trace("FrozenLake-v1", 11, 150, success_rate=0.7)
for mode in [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP]:
    vector("CartPole-v1", mode, 3, 5, 60)
    vector("FrozenLake-v1", mode, 3, 5, 60)
for size, p, seed in [(4, 0.8, 0), (8, 0.8, 3), (8, 0.6, 4), (11, 0.9, 5)]:
    lines.append(f"# map {size} {p} {seed}")
    lines.extend(generate_random_map(size, p, seed))
space("discrete", spaces.Discrete(6), 3, 8)
space("multiDiscrete", spaces.MultiDiscrete([2, 3, 4]), 1, 5)
space("multiBinary", spaces.MultiBinary([2, 3]), 2, 5)
space("box", spaces.Box(-1, 1, (2,), np.float32), 1, 4)
space("uint8", spaces.Box(0, 255, (5,), np.uint8), 4, 4)
parts = [spaces.Discrete(5), spaces.Box(-2, 3, (2,), np.float32), spaces.MultiDiscrete([7, 2])]
space("tuple", spaces.Tuple(parts), 1, 4)
space("dictionary", spaces.Dict({"c": parts[0], "a": parts[1], "b": parts[2]}), 9, 4)

pathlib.Path(__file__).with_name("traces.txt").write_text("\n".join(lines) + "\n")
