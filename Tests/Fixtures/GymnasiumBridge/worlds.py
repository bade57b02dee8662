"""Environments for the tests of the bridge: a plain one, and some that break the rules."""

import ctypes
import os
import signal
import sys
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Plain(gymnasium.Env):
    """Counts steps. Its results are a function of the seed, the step and the action."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 12}

    def __init__(self, length=5, cut=0, mask=False, start=0, render_mode=None, note=None):
        self.observation_space = spaces.Box(-np.inf, np.inf, (2, 2), np.float64)
        self.action_space = spaces.Discrete(3, start=start)
        self.length, self.cut, self.mask, self.render_mode, self.note = length, cut, mask, render_mode, note
        self.value = 0.0

    def look(self):
        return np.array([[self.count, self.value], [self.last, 1 / 3]])

    def info(self):
        return {"action_mask": np.array([1, self.count % 2, 0], np.int8)} if self.mask else {}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count, self.last, self.value = 0, -1, float(self.np_random.integers(1000))
        return self.look(), self.info()

    def step(self, action):
        assert action in self.action_space
        self.count, self.last = self.count + 1, int(action)
        ended = self.count == self.length
        return self.look(), 0.5 * self.last, ended, self.count == self.cut, self.info()

    def render(self):
        picture = np.zeros((3, 4, 3), np.uint8)
        picture[..., 0], picture[..., 1], picture[0, 0, 2] = self.count, self.last + 1, 255
        return picture


class Faulty(Plain):
    """Commits the fault `fault` in the call `when`, from step `at` on."""

    def __init__(self, fault, when="step", at=1, **others):
        super().__init__(length=1000, **others)
        self.fault, self.when, self.at = fault, when, at
        if when == "init":
            self.act()

    def reset(self, *, seed=None, options=None):
        result = super().reset(seed=seed)
        return self.act(result) if self.when == "reset" else result

    def step(self, action):
        result = super().step(action)
        return self.act(result) if self.when == "step" and self.count >= self.at else result

    def render(self):
        return self.act(super().render()) if self.when == "render" else super().render()

    def act(self, result=None):
        return getattr(self, self.fault)(result)

    def raises(self, result):
        raise RuntimeError("the moon is\nin the wrong house")

    def exits(self, result):
        print("so long", file=sys.stderr)
        sys.exit(3)

    def leaves(self, result):
        print("and thanks for the fish")
        os._exit(4)

    def dies(self, result):
        os.kill(os.getpid(), signal.SIGKILL)

    def crashes(self, result):
        ctypes.string_at(0)

    def babbles(self, result):
        """Writes much to both streams, which is no fault."""
        for line in range(20_000):
            print(f"line {line} of what nobody reads")
            print(f"line {line} of what nobody reads", file=sys.stderr)
        return result

    def hangs(self, result):
        print("only a moment", file=sys.stderr)
        while True:
            time.sleep(60)

    def hangs_in_c(self, result):
        """Hangs without releasing the interpreter."""
        ctypes.PyDLL(None).sleep(3600)

    def answers(self, result):
        os.write(3, b"blah")
        return result

    def nan(self, result):
        result[0][1, 0] = np.nan
        return result

    def nan_reward(self, result):
        return (result[0], np.nan, *result[2:])

    def no_reward(self, result):
        return (result[0], None, *result[2:])

    def four(self, result):
        return result[:4]

    def bare(self, result):
        return result[0]

    def nothing(self, result):
        return None

    def shape(self, result):
        return (np.zeros((3, 2)), *result[1:])

    def text(self, result):
        return ("north", *result[1:])

    def bad_mask(self, result):
        return (*result[:-1], {"action_mask": np.ones(4, np.int8)})

    def grows(self, result):
        self.drawn = getattr(self, "drawn", 0) + 1
        return np.zeros((3, 4, 3) if self.drawn == 1 else (4, 4, 3), np.uint8)

    def floats(self, result):
        return result.astype(np.float64)

    def huge(self, result):
        picture = np.zeros((2000, 3000, 3), np.uint8)
        picture[1999, 2999] = 1, 2, 3
        return picture


class Strange(gymnasium.Env):
    """An environment with a space of the given kind."""

    OBSERVATIONS = {
        "text": spaces.Text(5),
        "sequence": spaces.Sequence(spaces.Discrete(3)),
        "graph": spaces.Graph(spaces.Box(0, 1, (2,)), None),
        "one-of": spaces.OneOf([spaces.Discrete(3), spaces.Box(0, 1, (2,))]),
        "large": spaces.Discrete(2**40),
        "long": spaces.Box(-(2**62), 2**62, (2,), np.int64),
        "complex": spaces.Dict({"a": spaces.Text(5)}),
        "started": spaces.Discrete(4, start=-2),
        "counts": spaces.MultiDiscrete([3, 4], start=[1, 10]),
        "far": spaces.Discrete(4, start=2**31 - 3),
        "most": spaces.Discrete(2**31 - 1),
        "bits": spaces.MultiBinary((2, 3)),
        "short": spaces.Box(-5, 5, (3,), np.int16),
        "whole": spaces.Box(-100, 100, (3,), np.int64),
        "half": spaces.Box(-1, 1, (2,), np.float16),
        "bytes": spaces.Box(0, 255, (2, 2, 1), np.uint8),
        "tuple": spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (2,)), spaces.MultiBinary(2))),
        "dict": spaces.Dict(
            z=spaces.Discrete(3), a=spaces.Dict(x=spaces.Box(0, 9, (1,), np.uint8), b=spaces.Discrete(2))
        ),
    }
    ACTIONS = {
        "started": spaces.Discrete(3, start=-1),
        "far": spaces.Discrete(3, start=2**63 - 2),
        "most": spaces.Discrete(2**31 - 1),
        "choices": spaces.MultiDiscrete([3, 4]),
        "counted": spaces.MultiDiscrete([[3, 4], [2, 5]], start=[[1, 10], [-2, 0]]),
        "many": spaces.MultiDiscrete([3, 2**17]),
        "bits": spaces.MultiBinary(3),
        "grid": spaces.MultiBinary((2, 3)),
        "pair": spaces.Box(np.float32([-2, 0]), np.float32([2, np.inf]), (2,), np.float32),
        "whole": spaces.Box(0, 5, (1,), np.int32),
        "double": spaces.Box(-2, 2, (2,), np.float64),
        "tuple": spaces.Tuple((spaces.Discrete(3), spaces.Discrete(3))),
    }

    def __init__(self, observations=None, actions=None, beyond=False, rate=None):
        if rate is not None:
            self.metadata = {"render_fps": rate}
        self.observation_space = self.OBSERVATIONS[observations] if observations else spaces.Discrete(2)
        self.action_space = self.ACTIONS[actions] if actions else spaces.Discrete(2)
        self.beyond = beyond

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        assert self.action_space.contains(action), action
        observation = self.observation_space.sample()
        if self.beyond:
            observation = np.full_like(observation, 77) if np.ndim(observation) else np.int64(77)
        # Each number of an action counts, with its place.
        weights = np.arange(1, np.size(action) + 1)
        return observation, float(np.sum(np.ravel(action) * weights)), False, False, {}


gymnasium.register("Plain-v0", Plain)
gymnasium.register("Limited-v0", Plain, max_episode_steps=3)
# Gymnasium's checker would complain before the bridge does.
gymnasium.register("Faulty-v0", Faulty, disable_env_checker=True)
gymnasium.register("Strange-v0", Strange, disable_env_checker=True)
