#!/usr/bin/env python3
"""The run of the preset dqn/CartPole-v1-zoo, in Stable-Baselines3: one environment, one thread, final weights.

    pip install stable-baselines3
    sb3_dqn.py --seed 0"""
import argparse
import json
import time

import torch
from stable_baselines3 import DQN
from stable_baselines3.common.evaluation import evaluate_policy

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
arguments = parser.parse_args()
torch.set_num_threads(1)

model = DQN(
    "MlpPolicy", "CartPole-v1", seed=arguments.seed, device="cpu", policy_kwargs={"net_arch": [256, 256]},
    learning_rate=2.3e-3, batch_size=64, buffer_size=100_000, learning_starts=1_000, gamma=0.99,
    target_update_interval=10, train_freq=256, gradient_steps=128, exploration_fraction=0.16,
    exploration_final_eps=0.04)
start = time.perf_counter()
model.learn(50_000)
seconds = time.perf_counter() - start
mean, _ = evaluate_policy(model, model.get_env(), n_eval_episodes=100, deterministic=True)
print(json.dumps({
    "steps": model.num_timesteps, "updates": model._n_updates, "seconds": seconds, "meanReturn": float(mean)}))
