"""Writes minatar.txt: episodes of MinAtar's games by their Gymnasium ids. Run it with minatar 1.0.15, gymnasium 1.4 and
NumPy 2.

Actions are `default_rng(seed).integers(n)`, one per step; the end of an episode is followed by a reset without a seed.
A block begins with a line `# ID SEED`. For seed 0 the first 60 steps follow, each as

    REWARD TERMINATED CELLS        CELLS: the observation's bits, row-major, the first one highest, in hexadecimal

Then come the running CRC-32s of everything observed, in hexadecimal, one every 250 steps. They cover the observation of
each reset, and the observation, reward and end of each step, as bytes, one per number.
"""

import pathlib
import zlib

import gymnasium
import minatar.gym
import numpy as np

minatar.gym.register_envs()

STEPS, FULL_STEPS, INTERVAL, SEEDS = 5000, 60, 250, 20
lines = []


def episodes(name, seed):
    environment = gymnasium.make(name, disable_env_checker=True)
    count = int(environment.action_space.n)
    actions = np.random.default_rng(seed)
    lines.append(f"# {name} {seed}")
    digest = zlib.crc32(environment.reset(seed=seed)[0].astype(np.uint8).tobytes())
    digests = []
    for step in range(STEPS):
        observation, reward, terminated, truncated, _ = environment.step(int(actions.integers(count)))
        assert not truncated
        if seed == 0 and step < FULL_STEPS:
            # Four cells per digit; the padding of the last half byte is left out.
            cells = np.packbits(observation).tobytes().hex()[: observation.size // 4]
            lines.append(f"{reward} {int(terminated)} {cells}")
        digest = zlib.crc32(observation.astype(np.uint8).tobytes() + bytes([int(reward), int(terminated)]), digest)
        if terminated:
            digest = zlib.crc32(environment.reset()[0].astype(np.uint8).tobytes(), digest)
        if (step + 1) % INTERVAL == 0:
            digests.append(f"{digest:08x}")
    lines.append(" ".join(digests))


for game in ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]:
    for version in ["v0", "v1"]:
        for seed in range(SEEDS):
            episodes(f"MinAtar/{game}-{version}", seed)

pathlib.Path(__file__).with_name("minatar.txt").write_text("\n".join(lines) + "\n")
