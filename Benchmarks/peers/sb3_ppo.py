#!/usr/bin/env python3
"""The run of the preset ppo/CartPole-v1, in Stable-Baselines3: eight environments, one thread, final weights.

    pip install stable-baselines3
    sb3_ppo.py --seed 0"""
import argparse
import json
import time

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
arguments = parser.parse_args()
torch.set_num_threads(1)

model = PPO(
    "MlpPolicy", make_vec_env("CartPole-v1", 8, seed=arguments.seed), seed=arguments.seed, device="cpu", n_steps=32,
    batch_size=256, n_epochs=20, gamma=0.98, gae_lambda=0.8, ent_coef=0.0, learning_rate=lambda left: left * 1e-3,
    clip_range=lambda left: left * 0.2)
start = time.perf_counter()
model.learn(100_000)
seconds = time.perf_counter() - start
mean, _ = evaluate_policy(model, model.get_env(), n_eval_episodes=100, deterministic=True)
# One minibatch an epoch: its own count is of epochs.
print(json.dumps({
    "steps": model.num_timesteps, "updates": model._n_updates, "seconds": seconds, "meanReturn": float(mean)}))
