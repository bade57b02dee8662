"""Writes the traces that `reverie trace` must print: episodes of Gymnasium 1.4. Run with gymnasium and NumPy 2.

For each environment: NAME.actions, one action a line, and NAME.jsonl, the reset and a line an action as JSON. When an
episode ends and actions are left, a further reset line follows, from reset() without a seed.
"""

import json
import pathlib

import gymnasium as gym
import numpy as np

folder = pathlib.Path(__file__).parent


def flat(observation):
    array = np.asarray(observation)
    if array.ndim == 0:
        return array.item()
    return [int(x) if array.dtype.kind in "biu" else float(x) for x in array.ravel()]


def write(name, seed, count, **arguments):
    env = gym.make(name, **arguments)
    space, random = env.action_space, np.random.default_rng(seed)
    if hasattr(space, "n"):
        actions = random.integers(space.n, size=count)
    else:
        actions = random.uniform(space.low, space.high, (count, *space.shape)).astype(space.dtype)
    lines = [{"reset": True, "observation": flat(env.reset(seed=seed)[0])}]
    for index, action in enumerate(actions):
        observation, reward, terminated, truncated, _ = env.step(action)
        lines.append({
            "observation": flat(observation), "reward": float(reward), "terminated": bool(terminated),
            "truncated": bool(truncated),
        })
        if (terminated or truncated) and index + 1 < count:
            lines.append({"reset": True, "observation": flat(env.reset()[0])})
    (folder / f"{name}.actions").write_text("".join(f"{action.item()}\n" for action in actions))
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


write("CartPole-v1", seed=7, count=150)
write("FrozenLake-v1", seed=11, count=150)
write("Pendulum-v1", seed=3, count=40)
write("Blackjack-v1", seed=5, count=60)
