"""Writes preprocessing.txt: what Gymnasium 1.4's AtariPreprocessing (with FrameStackObservation and ClipReward) makes
of the frames of an artificial console. Run it with gymnasium, NumPy 2 and opencv-python-headless 5 on x86-64: OpenCV's
means are sums of floats, whose last bits decide if a mean lies halfway between two bytes.

A block begins with `# NAME=VALUE…`, the arguments. Then come `reset SUM` and `ACTION REWARD TERMINATED TRUNCATED SUM`,
with SUM = Σ (i + 1) · byte i of the observation, modulo 2³², in Swift's order (a stack's axis last); blocks with
`full=1` begin with `picture HEX`, the first observation's bytes.
"""

import pathlib

import gymnasium as gym
import numpy as np
from gymnasium import spaces, wrappers

lines = []


class Console(gym.Env):
    """Frames of flat blocks, stripes and noise, determined by a phase that actions move. Three lives."""

    observation_space = spaces.Box(0, 255, (210, 160, 3), np.uint8)
    action_space = spaces.Discrete(3)
    _frameskip = 1

    @property
    def ale(self):
        return self

    def get_action_meanings(self):
        return ["NOOP", "FIRE", "UP"]

    def lives(self):
        return max(3 - self.phase // 53, 0)

    def getScreenRGB(self, buffer):
        y, x, c = np.meshgrid(np.arange(210), np.arange(160), np.arange(3), indexing="ij")
        p = self.phase
        blocks = (p * 37 + y // 7 * 61 + x // 5 * 83 + c * 29) % 256
        stripes = ((x + p) // 3 + y // 2 + c) % 2 * 190 + 20
        noise = ((x * 7919 + y * 104729 + p * 1299709 + c * 15485863) >> 5) % 256
        buffer[:] = np.where(y < 90, blocks, np.where(y < 150, stripes, noise)).astype(np.uint8)

    def getScreenGrayscale(self, buffer):
        colors = np.empty((210, 160, 3), np.uint8)
        self.getScreenRGB(colors)
        buffer[:] = colors[:, :, 1]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.phase = 0
        self.frames = 0
        return None, {}

    def step(self, action):
        self.phase += 1 + int(action)
        self.frames += 1
        terminated = self.lives() == 0
        return None, float(self.phase % 7 - 3), terminated, not terminated and self.frames >= 120, {}


def checksum(array):
    data = np.ascontiguousarray(array).ravel().astype(np.uint64)
    return int((data * np.arange(1, data.size + 1, dtype=np.uint64)).sum() % 2**32)


def block(steps=60, stack=0, clip=0, full=0, width=84, height=84, **arguments):
    env = wrappers.AtariPreprocessing(Console(), screen_size=(width, height), **arguments)
    if stack:
        env = wrappers.FrameStackObservation(env, stack)
    if clip:
        env = wrappers.ClipReward(env, -1, 1)
    own = dict(stack=stack, clip=clip, full=full, width=width, height=height)
    lines.append("# " + " ".join(f"{name}={int(value)}" for name, value in (own | arguments).items()))

    def seen(observation):
        return np.moveaxis(np.asarray(observation), 0, -1) if stack else np.asarray(observation)

    actions = np.random.default_rng(3)
    first = seen(env.reset(seed=11)[0])
    if full:
        lines.append("picture " + first.tobytes().hex())
    lines.append(f"reset {checksum(first)}")
    for _ in range(steps):
        action = int(actions.integers(3))
        observation, reward, terminated, truncated, _ = env.step(action)
        lines.append(f"{action} {int(reward)} {int(terminated)} {int(truncated)} {checksum(seen(observation))}")
        if terminated or truncated:
            lines.append(f"reset {checksum(seen(env.reset()[0]))}")


usual = dict(noop_max=30, frame_skip=4, terminal_on_life_loss=False, grayscale_obs=True)
block(**usual, full=1)
block(**usual, stack=4, clip=1)
block(**(usual | dict(terminal_on_life_loss=True)), stack=4)
block(**(usual | dict(grayscale_obs=False, noop_max=0)), full=1)
block(**(usual | dict(frame_skip=1, noop_max=0)))
block(**(usual | dict(frame_skip=2)))
block(**(usual | dict(frame_skip=3, terminal_on_life_loss=True)))
block(**usual, width=160, height=105)
block(**usual, width=41, height=64)
block(**(usual | dict(grayscale_obs=False)), width=97, height=131, steps=20)
block(**usual, width=84, height=83)
path = pathlib.Path(__file__).parent / "preprocessing.txt"
path.write_text("\n".join(lines) + "\n")
