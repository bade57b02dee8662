#!/usr/bin/env bash
# Draws the learning curves of Documentation/Agents from the runs that Benchmarks/presets.py keeps.
set -euo pipefail
cd "$(dirname "$0")/.."

# curve PICTURE AGENT/PRESET…
curve() {
    local picture=assets/images/curves/$1.svg runs=()
    shift
    for preset in "$@"; do
        # The preset's scores say which settings they are of.
        runs+=("runs/presets/$preset-$(sed -n 's/^settings = "\(.*\)"/\1/p' "assets/presets/$preset.toml")")
    done
    .build/release/reverie compare "${runs[@]}" --to "$picture" --force >/dev/null
}

mkdir -p assets/images/curves
tables=(sarsa expected-sarsa n-step-sarsa sarsa-lambda q-learning double-q-learning q-lambda)
curve temporal-difference-taxi "${tables[@]/%//Taxi-v4}"
curve temporal-difference-lake "${tables[@]/%//FrozenLake-v1}"
curve monte-carlo-taxi monte-carlo/Taxi-v4 q-learning/Taxi-v4
curve dyna-taxi dyna-q/Taxi-v4 q-learning/Taxi-v4
curve cartpole dqn/CartPole-v1-50k rainbow/CartPole-v1 reinforce/CartPole-v1
curve mountaincar dqn/MountainCar-v0
curve acrobot dqn/Acrobot-v1
