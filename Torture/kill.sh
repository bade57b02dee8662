#!/usr/bin/env bash
# Kills runs at random moments and resumes them, until they have ended: the parameters and episodes.csv must be those of a
# run that nothing disturbed.
#
#     Torture/kill.sh [KILLS]        so many kills in all, over DQN, REINFORCE and the VAE (default 100)
set -euo pipefail
cd "$(dirname "$0")/.."
. Torture/common.sh
kills=${1:-100}
reverie=.build/release/reverie
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
RANDOM=${SEED:-1}

$reverie record CartPole-v1 --episodes 60 --to "$folder/data.npz" >/dev/null 2>&1

# The commands: each goes on where its folder was left, or starts.
start() {
    case $1 in
    dqn) $reverie train dqn CartPole-v1 --steps 40000 --run "$2" --resume --json ;;
    reinforce) $reverie train reinforce CartPole-v1 --episodes 250 --run "$2" --resume --json ;;
    vae) $reverie fit vae "$folder/data.npz" --set epochs=150 --run "$2" --resume --json ;;
    esac >/dev/null 2>>"$folder/log"
}

done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
    for subject in dqn reinforce vae; do
        if [ ! -d "$folder/$subject" ]; then
            began=$(date +%s%N)
            start $subject "$folder/$subject"
            declare "length_$subject=$((($(date +%s%N) - began) / 1000000))"
        fi
        length_name=length_$subject
        rm -rf "$folder/victim"
        while true; do
            start $subject "$folder/victim" &
            process=$!
            moment=$((RANDOM * ${!length_name} * 5 / 4 / 32768 + 1))
            (sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"; pkill -KILL -P $process 2>/dev/null || true) &
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
    done
done
echo "$done_kills kills: all resumed runs ended like undisturbed ones"
