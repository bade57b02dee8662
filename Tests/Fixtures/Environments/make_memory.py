"""Writes memory.txt: episodes of POPGym's RepeatPrevious. Run it with popgym 1.0.7, gymnasium 1.4 and NumPy 2.

The notation is that of traces.txt.
"""

import pathlib

import numpy as np
from popgym.envs.repeat_previous import RepeatPrevious

lines = []


def trace(seed, k, decks, steps):
    env = RepeatPrevious(num_decks=decks, k=k)
    lines.append(f"# trace Memory/RepeatPrevious-v0 {seed} k={k} decks={decks}")
    actions = np.random.default_rng(1000 + seed)
    lines.append(f"reset {env.reset(seed=seed)[0]}")
    for _ in range(steps):
        # Every other action is the one asked for.
        hand = env.deck["player"]
        asked = int(env.deck.suits_idx[hand[-k]]) if len(hand) >= k else 0
        action = asked if actions.random() < 0.5 else int(actions.integers(4))
        observation, reward, terminated, truncated, _ = env.step(action)
        lines.append(f"{action} {float(reward)} {int(terminated)} {int(truncated)} {observation}")
        if terminated or truncated:
            lines.append(f"reset {env.reset()[0]}")


trace(0, 4, 1, 120)
trace(7, 32, 2, 210)
trace(123456789012, 64, 3, 320)
trace(3, 1, 1, 60)
trace(4, 51, 1, 110)

pathlib.Path(__file__).with_name("memory.txt").write_text("\n".join(lines) + "\n")
