"""Writes wrappers.txt: episodes of Gymnasium 1.4's wrappers around CartPole-v1 and FrozenLake-v1, and around a world of
images. Run it with gymnasium and NumPy 2.

A block begins with `# NAME WORLD`; then come `reset O` and `ACTION REWARD TERMINATED TRUNCATED O`, in the notation of
traces.txt. Rewards are the hexadecimal bits of doubles; `-` stands for an observation that isn't compared.
"""

import pathlib
import struct

import gymnasium as gym
import numpy as np
from gymnasium import spaces, wrappers

lines = []


def text(observation):
    array = np.asarray(observation)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.dtype == np.float32:
        return " ".join(f"{bits:08x}" for bits in array.view(np.uint32).ravel())
    return " ".join(str(int(number)) for number in array.ravel())


def bits(reward):
    return f"{struct.unpack('<Q', struct.pack('<d', float(reward)))[0]:016x}"


class Pictures(gym.Env):
    """Five rows of four pixels whose colours follow from the step; ten steps per episode."""

    observation_space = spaces.Box(0, 255, (5, 4, 3), np.uint8)
    action_space = spaces.Discrete(2)

    def picture(self):
        y, x, c = np.meshgrid(range(5), range(4), range(3), indexing="ij")
        return ((self.time * 37 + y * 61 + x * 83 + c * 29) % 256).astype(np.uint8)

    def reset(self, *, seed=None, options=None):
        self.time = 0
        return self.picture(), {}

    def step(self, action):
        self.time += 1 + int(action)
        return self.picture(), 1.0, self.time >= 10, False, {}


def block(name, world, wrap, steps=60, hides_end=False):
    env = wrap(Pictures() if world == "pictures" else gym.make(world))
    lines.append(f"# {name} {world}")
    actions = np.random.default_rng(7)
    lines.append("reset " + text(env.reset(seed=5)[0]))
    for _ in range(steps):
        action = int(actions.integers(env.action_space.n))
        observation, reward, terminated, truncated, _ = env.step(action)
        ended = terminated or truncated
        shown = "-" if hides_end and ended else text(observation)
        lines.append(f"{action} {bits(reward)} {int(terminated)} {int(truncated)} {shown}")
        if ended:
            lines.append("reset " + text(env.reset()[0]))


def switched(env):
    """Stops the statistics after twenty observations."""
    wrapper = wrappers.NormalizeObservation(env)
    seen = 0
    observation = wrapper.observation

    def counted(value):
        nonlocal seen
        wrapper.update_running_mean = seen < 20
        seen += 1
        return observation(value)

    wrapper.observation = counted
    return wrapper


cart, lake = "CartPole-v1", "FrozenLake-v1"
block("frame-stack", cart, lambda env: wrappers.FrameStackObservation(env, 3))
block("frame-stack-zero", cart, lambda env: wrappers.FrameStackObservation(env, 3, padding_type="zero"))
block("frame-stack", lake, lambda env: wrappers.FrameStackObservation(env, 3))
block("frame-skip", cart, lambda env: wrappers.RepeatAction(env, 3))
block("max-frame-skip", cart, lambda env: wrappers.MaxAndSkipObservation(env, 3), hides_end=True)
block("clip-reward", cart, lambda env: wrappers.ClipReward(wrappers.RepeatAction(env, 3), -0.5, 2.5))
block("normalize-observation", cart, wrappers.NormalizeObservation, 120)
block("normalize-observation-switched", cart, switched, 60)
block("normalize-reward", cart, lambda env: wrappers.NormalizeReward(env, gamma=0.9), 120)
block("normalize-reward", lake, lambda env: wrappers.NormalizeReward(env, gamma=0.9), 120)
block("flatten", lake, wrappers.FlattenObservation)
block("flatten", "pictures", wrappers.FlattenObservation, 10)
block("time-aware", cart, wrappers.TimeAwareObservation)
block("time-aware", lake, lambda env: wrappers.DtypeObservation(wrappers.TimeAwareObservation(env), np.float32))
block("time-aware-normalized", cart, lambda env: wrappers.TimeAwareObservation(env, normalize_time=True))
block("delay", cart, lambda env: wrappers.DelayObservation(env, 2))
block("delay-0", cart, lambda env: wrappers.DelayObservation(env, 0), 20)
block("grayscale", "pictures", wrappers.GrayscaleObservation, 30)
block("stack-of-wrappers", cart, lambda env: wrappers.FrameStackObservation(
    wrappers.NormalizeObservation(wrappers.RepeatAction(env, 2)), 2), 100)

# The numbers of RescaleAction: `A B` means that action A becomes B, both as bits of single-precision floats.
class Dial(gym.Env):
    observation_space = spaces.Box(-1, 1, (1,), np.float32)
    action_space = spaces.Box(-2.5, 7, (1,), np.float32)


lines.append("# rescale-action dial")
rescaled = wrappers.RescaleAction(Dial(), -1.0, 1.0)
for action in np.linspace(-1, 1, 21, dtype=np.float32):
    lines.append(text(np.array([action])) + " " + text(rescaled.action(np.array([action], np.float32))))

pathlib.Path(__file__).with_name("wrappers.txt").write_text("\n".join(lines) + "\n")
