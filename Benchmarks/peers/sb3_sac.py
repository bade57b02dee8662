#!/usr/bin/env python3
"""The run of the preset sac/Pendulum-v1, in Stable-Baselines3: RL Zoo's settings, one thread, final weights.

    pip install stable-baselines3
    sb3_sac.py --seed 0"""
import argparse
import json
import time

import torch
from stable_baselines3 import SAC
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
arguments = parser.parse_args()
torch.set_num_threads(1)

model = SAC(
    "MlpPolicy", make_vec_env("Pendulum-v1", 1, seed=arguments.seed), seed=arguments.seed, device="cpu",
    learning_rate=1e-3)
start = time.perf_counter()
model.learn(20_000)
seconds = time.perf_counter() - start
mean, _ = evaluate_policy(model, model.get_env(), n_eval_episodes=100, deterministic=True)
print(json.dumps({
    "steps": model.num_timesteps, "updates": model._n_updates, "seconds": seconds, "meanReturn": float(mean)}))
