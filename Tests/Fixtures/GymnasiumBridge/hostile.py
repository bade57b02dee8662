"""Environments that break every rule they can, each in one way: `gym:hostile:Hostile-v0` with the option kind=NAME.

Whatever one of them does, the bridge must play on or report it: see Torture/bridge.py.
"""

import os
import resource
import signal
import sys
import threading
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Shy(Exception):
    """Can't even be printed."""

    def __str__(self):
        raise RuntimeError("no words")


class Odd(float):
    """A number whose conversions fail."""

    def __float__(self):
        raise ValueError("not today")


class Long(np.ndarray):
    """An array that lies about itself."""

    shape = (1 << 62,)


def recurse():
    return recurse()


def stop(signals=signal.SIGSTOP):
    os.kill(os.getpid(), signals)


def give(value):
    """A hook that puts `value` in the place of what is returned."""
    return lambda result: value


def part(place, value):
    """A hook that replaces one part of a step's result."""
    return lambda result: (*result[:place], value, *result[place + 1 :]) if isinstance(result, tuple) else result


def act(function, *arguments):
    """A hook that does something before the result is returned."""

    def hook(result):
        function(*arguments)
        return result

    return hook


def fail(error):
    def hook(result):
        raise error

    return hook


def spam():
    for _ in range(2000):
        os.write(1, b"x" * 1000 + b"\xff\x00\n")


def spin():
    thread = threading.Thread(target=lambda: time.sleep(1000), daemon=False)
    thread.start()


def fork():
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)


def hoard():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))
    return np.ones(1 << 40)


BOX, CHOICE = spaces.Box(-1, 1, (2,)), spaces.Discrete(3)
OBSERVATIONS = {
    "none": None, "text": "north", "nan": np.full(2, np.nan, np.float32), "infinite": np.full(2, np.inf, np.float32),
    "huge": np.full(2, 1e308), "long-shape": np.zeros((2, 2, 2)), "empty": np.zeros(0), "objects": np.array([None,
    "x"], object),
    "complex": np.array([1j, 2j]), "strings": np.array(["a", "b"]), "dates": np.zeros(2, "datetime64[s]"),
    "dictionary": {"a": 1}, "tuple": (1, 2), "list": [0.1, 0.2], "bool": True, "integers": np.array([1 << 62, 0]),
    "structured": np.zeros(2, [("a", "f4")]), "scalar": np.float32(1), "ragged": [[1], [1, 2]],
    "lying": np.zeros(2).view(Long),
    "class": np.ndarray, "strided": np.zeros((2, 2), np.float32)[:, 0], "big-endian": np.zeros(2, ">f4"),
}
REWARDS = {
    "none": None, "text": "1", "infinite": np.inf, "nan": np.nan, "huge": 10**400, "complex": 1j, "array": np.zeros(3),
    "one": np.zeros(1), "list": [1], "odd": Odd(1), "bool": True, "float16": np.float16(1), "large": 1e308,
}
INFOS = {
    "none": None, "list": [], "text": "x", "bad-mask": {"action_mask": "yes"},
    "long-mask": {"action_mask": np.ones(1 << 20)},
    "nested-mask": {"action_mask": {"a": 1}}, "object-mask": {"action_mask": np.array([None, 1, 2], object)},
    "float-mask": {"action_mask": np.array([0.5, np.nan, 0])}, "none-mask": {"action_mask": None},
}
SPACES = {
    "most": spaces.Discrete(2**31 - 1), "far": spaces.Discrete(3, start=2**62), "start": spaces.Discrete(3, start=-5),
    "wide": spaces.Box(0, 1, (1 << 14, 1 << 14)), "many": spaces.MultiDiscrete([2**31 - 1] * 100),
    "deep": spaces.Tuple([spaces.Tuple([spaces.Tuple([CHOICE])])]), "class": spaces.Box, "none": None, "text": "Box",
    "unsigned": spaces.Box(0, 2**63, (2,), np.uint64), "empty": spaces.Box(0, 1, (0,)), "number": spaces.Box(0, 1, ()),
    "odd-keys": spaces.Dict({"\udcff": CHOICE, "": BOX}), "counts": spaces.MultiDiscrete([[2, 3], [4, 5]]),
    "bits": spaces.MultiBinary([2, 3, 4]), "long": spaces.Text(10),
}
ACTS = {
    "raises": fail(ValueError("x" * 100_000)), "raises-bytes": fail(ValueError("\udcff\x00\n")), "shy": fail(Shy()),
    "exits": fail(SystemExit(0)), "interrupts": fail(KeyboardInterrupt()), "ends-generators": fail(GeneratorExit()),
    "memory": fail(MemoryError()), "recurses": act(recurse), "ends": act(os._exit, 0), "aborts": act(os.abort),
    "stops": act(stop), "pipes": act(stop, signal.SIGPIPE), "hangs-up": act(stop, signal.SIGHUP),
    "closes": act(os.closerange, 0, 64), "closes-link": act(os.close, 3), "closes-memory": act(os.close, 4),
    "dots": act(os.write, 3, b"." * 100), "faults": act(os.write, 3, b'!{"fault": {"kind": "no", "row": 1e999}}\n'),
    "lines": act(os.write, 3, b"\n" * 1000), "json": act(os.write, 3, b'[' * 100_000 + b"\n"),
    "spams": act(spam), "threads": act(spin), "forks": act(fork), "hoards": act(hoard), "sleeps": act(time.sleep, 60),
    "leaves": act(os.chdir, "/"), "forgets": act(sys.modules.clear), "ends-output": act(sys.stdout.close),
}
RESULTS = {
    "none": give(None), "empty": give(()), "list": give([1, 2, 3, 4, 5]), "four": give((1, 2, 3, 4)),
    "text": give("12345"),
    "ended-none": part(2, None), "ended-text": part(2, "no"), "ended-array": part(3, np.zeros(2)),
    "ended-two": part(2, 2),
}
RATES = {"tiny": 1e-30, "negative": -1, "infinite": np.inf, "nan": np.nan, "text": "30", "none": None, "large": 10**30}
PICTURES = {
    "none": None, "list": [[1]], "floats": np.zeros((2, 2, 3)), "grey": np.zeros((2, 2), np.uint8),
    "empty": np.zeros((0, 2, 3), np.uint8),
    "wide": np.zeros((1, 1 << 17, 3), np.uint8), "alpha": np.zeros((2, 2, 4), np.uint8),
}


def kinds():
    """The names of all kinds."""
    found = [f"observation:{name}" for name in OBSERVATIONS] + [f"first:{name}" for name in OBSERVATIONS]
    found += [f"reward:{name}" for name in REWARDS] + [f"info:{name}" for name in INFOS]
    found += [f"first-info:{name}" for name in INFOS] + [f"space:{name}" for name in SPACES]
    found += [f"action-space:{name}" for name in SPACES] + [f"result:{name}" for name in RESULTS]
    found += [f"first-result:{name}" for name in RESULTS] + [f"rate:{name}" for name in RATES]
    found += [f"picture:{name}" for name in PICTURES]
    return found + [f"{place}:{name}" for place in ["make", "reset", "step", "render", "close"] for name in ACTS]


class Hostile(gymnasium.Env):
    """Plays as it should but for one thing."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, kind, render_mode=None):
        self.place, self.name = kind.split(":")
        self.render_mode = render_mode
        self.observation_space, self.action_space = BOX, CHOICE
        if self.place == "space":
            self.observation_space = SPACES[self.name]
        if self.place == "action-space":
            self.action_space = SPACES[self.name]
        if self.place == "rate":
            self.metadata = {**self.metadata, "render_fps": RATES[self.name]}
        self.hook("make", None)

    def hook(self, place, result):
        return ACTS[self.name](result) if self.place == place else result

    def look(self):
        space = self.observation_space
        return space.sample() if isinstance(space, gymnasium.Space) else np.zeros(2, np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        observation = OBSERVATIONS[self.name] if self.place == "first" else self.look()
        result = observation, INFOS[self.name] if self.place == "first-info" else {}
        result = RESULTS[self.name](result) if self.place == "first-result" else result
        return self.hook("reset", result)

    def step(self, action):
        observation = OBSERVATIONS[self.name] if self.place == "observation" else self.look()
        reward = REWARDS[self.name] if self.place == "reward" else 0.0
        info = INFOS[self.name] if self.place == "info" else {}
        result = observation, reward, False, False, info
        result = RESULTS[self.name](result) if self.place == "result" else result
        return self.hook("step", result)

    def render(self):
        picture = PICTURES[self.name] if self.place == "picture" else np.zeros((2, 2, 3), np.uint8)
        return self.hook("render", picture)

    def close(self):
        self.hook("close", None)


gymnasium.register("Hostile-v0", Hostile, max_episode_steps=8, disable_env_checker=True, order_enforce=False)
