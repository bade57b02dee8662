#!/usr/bin/env bash
# Kills runs at random moments and resumes them until they have ended: the parameters and episodes.csv must be those of
# an undisturbed run. All processes of a run have the same number, as in a container.
#
#     Torture/kill.sh [KILLS [SUBJECT…]]
#
# KILLS is the total number of kills (default 100), which the subjects take in turn: every agent and some models.
set -euo pipefail
cd "$(dirname "$0")/.."
. Torture/common.sh
kills=${1:-100}
shift $(($# > 0 ? 1 : 0))
reverie=${REVERIE:-.build/release/reverie}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
RANDOM=${SEED:-1}
clang -shared -fPIC -O1 Torture/same_pid.c -o "$folder/same_pid.so"

$reverie record CartPole-v1 --episodes 60 --to "$folder/data.npz" >/dev/null 2>&1

subjects=("$@")
if [ ${#subjects[@]} = 0 ]; then
    # The first column of the list, without its heading.
    mapfile -t subjects < <($reverie list agents | tail -n +2 | awk '{print $1}')
    subjects+=(vae nade rbm)
fi

# The commands: each resumes the run in its folder, or starts it.
start() {
    local -x LD_PRELOAD=$folder/same_pid.so
    case $1 in
    dqn) $reverie train dqn CartPole-v1 --steps 40000 --run "$2" --resume --json ;;
    rainbow) $reverie train rainbow CartPole-v1 --steps 8000 --run "$2" --resume --json ;;
    reinforce) $reverie train reinforce CartPole-v1 --episodes 250 --run "$2" --resume --json ;;
    a2c) $reverie train a2c CartPole-v1 --steps 60000 --set memory=gru --run "$2" --resume --json ;;
    ppo) $reverie train ppo Pendulum-v1 --steps 40000 --run "$2" --resume --json ;;
    actor-critic) $reverie train actor-critic CartPole-v1 --steps 60000 --run "$2" --resume --json ;;
    ddpg | td3 | sac) $reverie train "$1" Pendulum-v1 --preset none --steps 12000 --set learningStart=500 \
        --set hiddenSizes=[32,32] --set batchSize=32 --run "$2" --resume --json ;;
    random) $reverie train random CartPole-v1 --steps 500000 --run "$2" --resume --json ;;
    vae) $reverie fit vae "$folder/data.npz" --set checkpointSeconds=0 --set epochs=60 --run "$2" --resume --json ;;
    nade) $reverie fit nade bars-and-stripes --set epochs=80 --set patience=0 --set batchSize=8 --set hiddenUnits=20 \
        --set averaging=0.9 --set checkpointSeconds=0 --run "$2" --resume --json ;;
    rbm) $reverie fit rbm bars-and-stripes --set epochs=80 --set batchSize=8 --set hiddenUnits=8 \
        --set checkpointSeconds=0 --run "$2" --resume --json ;;
    *) $reverie train "$1" FrozenLake-v1 --preset none --steps 300000 --run "$2" --resume --json ;;
    esac >/dev/null 2>>"$folder/log"
}

declare -A length
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
    for subject in "${subjects[@]}"; do
        if [ ! -d "$folder/$subject" ]; then
            began=$(date +%s%N)
            start $subject "$folder/$subject"
            length[$subject]=$((($(date +%s%N) - began) / 1000000))
        fi
        rm -rf "$folder/victim"
        while true; do
            start $subject "$folder/victim" &
            process=$!
            moment=$((RANDOM * ${length[$subject]} * 5 / 4 / 32768 + 1))
            (
                sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
                pkill -KILL -P $process 2>/dev/null || true
            ) &
            killer=$!
            if wait $process 2>/dev/null; then
                kill $killer 2>/dev/null || true
                wait $killer 2>/dev/null || true
                break
            fi
            wait $killer 2>/dev/null || true
            done_kills=$((done_kills + 1))
        done
        if [ "$(fingerprint "$folder/$subject")" != "$(fingerprint "$folder/victim")" ]; then
            echo "$subject: a killed and resumed run differs from an undisturbed one"
            exit 1
        fi
        if find "$folder/victim" -name '*.tmp' | grep .; then
            echo "$subject: temporary files are left"
            exit 1
        fi
    done
done
echo "$done_kills kills: all resumed runs ended like undisturbed ones"
