#!/usr/bin/env bash
# Makes each write, sync, truncation and rename of a run fail in turn, once or from then on. The run must report it
# (exit 74), never report success, and once resumed must end like an undisturbed run.
#
#     Torture/fail.sh [STRIDE]       every STRIDE-th change (default 1: all)
set -euo pipefail
cd "$(dirname "$0")/.."
. Torture/common.sh
stride=${1:-1}
reverie=$PWD/${REVERIE:-.build/release/reverie}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clang -shared -fPIC -O1 Torture/fail_io.c -o "$folder/fail_io.so" -ldl

$reverie record CartPole-v1 --episodes 20 --to "$folder/data.npz" >/dev/null 2>&1

start() {
    case $1 in
    dqn) $reverie train dqn CartPole-v1 --steps 4000 --set learningStart=500 --run "$2" --resume --json ;;
    reinforce) $reverie train reinforce CartPole-v1 --episodes 20 --steps 20000 --run "$2" --resume --json ;;
    vae) $reverie fit vae "$folder/data.npz" --set checkpointSeconds=0 --set epochs=20 --run "$2" --resume --json ;;
    esac
}

failures=0
for subject in dqn reinforce vae; do
    FAIL_COUNT="$folder/count" LD_PRELOAD="$folder/fail_io.so" start $subject "$folder/$subject" >/dev/null 2>&1
    count=$(cat "$folder/count")
    for mode in once forever; do
        for ((at = 1; at <= count; at += stride)); do
            rm -rf "$folder/victim"
            status=0
            FAIL_AT=$at FAIL_MODE=$mode LD_PRELOAD="$folder/fail_io.so" start $subject "$folder/victim" \
                >"$folder/output" 2>"$folder/message" || status=$?
            if [ $status -ne 74 ] || [ -s "$folder/output" ]; then
                echo "$subject, change $at failing $mode: exit $status"
                cat "$folder/output" "$folder/message"
                exit 1
            fi
            start $subject "$folder/victim" >/dev/null 2>"$folder/message" || { cat "$folder/message"; exit 1; }
            if [ "$(fingerprint "$folder/$subject")" != "$(fingerprint "$folder/victim")" ]; then
                echo "$subject, change $at failing $mode: the resumed run differs from an undisturbed one"
                exit 1
            fi
            failures=$((failures + 1))
        done
    done
done
echo "$failures failures: all were reported, and all resumed runs ended like undisturbed ones"
