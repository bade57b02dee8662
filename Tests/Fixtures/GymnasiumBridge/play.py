#!/usr/bin/env python3
"""Plays an environment of Gymnasium with the actions on standard input, and prints the results.

    play.py ID SEED [KEYWORDS-AS-JSON] < actions

The input has one action per line, one number or several; a reset without a seed follows the end of an episode. Each
line of output has the reward, terminated, truncated (as numbers), the action mask's bits or -1, then the observation:
its numbers as Python writes them, or their CRC-32 if there are more than 200.
"""

import json
import sys
import zlib

import gymnasium
import numpy as np

import worlds  # noqa: F401

try:
    import ale_py

    gymnasium.register_envs(ale_py)
except ImportError:
    pass


def numbers(observation):
    if isinstance(observation, tuple):
        return [n for part in observation for n in numbers(part)]
    if isinstance(observation, dict):
        return [n for key in sorted(observation) for n in numbers(observation[key])]
    observation = np.asarray(observation)
    if observation.size > 200:
        return [zlib.crc32(np.ascontiguousarray(observation).tobytes())]
    if observation.dtype.kind == "f":
        observation = observation.astype(np.float32)
    return observation.ravel().tolist()


def say(reward, terminated, truncated, info, observation):
    mask = info.get("action_mask")
    bits = -1 if mask is None else sum(int(flag != 0) << place for place, flag in enumerate(mask))
    print(float(reward), int(terminated), int(truncated), bits, *numbers(observation))


id_, seed = sys.argv[1], int(sys.argv[2])
environment = gymnasium.make(id_, **json.loads(sys.argv[3] if len(sys.argv) > 3 else "{}"))
observation, info = environment.reset(seed=seed)
say(0, 0, 0, info, observation)
for line in sys.stdin:
    values = line.split()
    if isinstance(environment.action_space, gymnasium.spaces.Box):
        action = np.array([float(value) for value in values], np.float32)
        action = action.reshape(environment.action_space.shape).astype(environment.action_space.dtype)
    elif isinstance(environment.action_space, gymnasium.spaces.Discrete):
        action = int(values[0])
    else:
        space = environment.action_space
        action = np.array([int(value) for value in values], space.dtype).reshape(space.shape)
    observation, reward, terminated, truncated, info = environment.step(action)
    say(reward, terminated, truncated, info, observation)
    if terminated or truncated:
        observation, info = environment.reset()
        say(0, 0, 0, info, observation)
