#!/usr/bin/env bash
# Who writes into a run's folder: races of two writers, holders that are killed, links and foreign files.
#
#     Torture/locks.sh [ROUNDS]
#
# In each of ROUNDS (default 100) rounds, two processes start, continue or replace the same run at once: at most one may
# write, the others must say so with exit code 75 (or 73, if the first has finished before the second has looked). Then
# the run's process is killed with SIGKILL while another waits for the folder, which must then be free, and the run must
# end like an undisturbed one.
set -euo pipefail
cd "$(dirname "$0")/.."
. Torture/common.sh
rounds=${1:-100}
reverie=${REVERIE:-.build/release/reverie}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
RANDOM=${SEED:-1}

fail() {
    echo "$1"
    cat "$folder"/*.log 2>/dev/null | tail -20
    exit 1
}

# train RUN LOG FLAG…: trains until it ends.
train() {
    local run=$1 log=$2
    shift 2
    exec $reverie train dqn FrozenLake-v1 --preset none --steps 6000 --set 'hiddenSizes=[4]' --set learningStart=100 \
        --set replayCapacity=500 --set trainEvery=20 --run "$run" --json "$@" >/dev/null 2>"$log"
}

# Waits until a run has a checkpoint, or its process has ended.
started() {
    while ! compgen -G "$1/checkpoints/step-*" >/dev/null && kill -0 "$2" 2>/dev/null; do sleep 0.01; done
}

(train "$folder/whole" "$folder/whole.log") || fail "the undisturbed run failed"
races=0
for ((round = 0; round < rounds; round++)); do
    run=$folder/raced
    rm -rf "$run"
    flags=(--resume --force)
    pids=()
    for writer in 1 2 3; do
        (train "$run" "$folder/$writer.log" "${flags[RANDOM % 2]}") &
        pids+=($!)
    done
    winners=0
    for pid in "${pids[@]}"; do
        code=0
        wait "$pid" || code=$?
        case $code in
        0) winners=$((winners + 1)) ;;
        73 | 75) races=$((races + 1)) ;;
        *) fail "round $round: a writer ended with $code" ;;
        esac
    done
    [ "$winners" -ge 1 ] || fail "round $round: nobody wrote"
    [ ! -e "$run/.lock" ] || fail "round $round: a lock is left"
    [ "$(fingerprint "$folder/whole")" = "$(fingerprint "$run")" ] || fail "round $round: the raced run differs"
    (train "$run" "$folder/again.log" --resume) || fail "round $round: the raced run can't be resumed"

    # The holder is killed: it leaves its lock's file, but nobody has to wait.
    rm -rf "$run"
    (train "$run" "$folder/1.log") &
    holder=$!
    started "$run" "$holder"
    code=0
    (train "$run" "$folder/2.log" --force) || code=$?
    # 75, or 0 if the first had finished already.
    if [ "$code" = 75 ]; then
        grep -q "process $holder is using it" "$folder/2.log" || fail "round $round: the holder isn't named"
    elif [ "$code" != 0 ]; then
        fail "round $round: a second writer ended with $code"
    fi
    kill -KILL "$holder" 2>/dev/null || true
    wait "$holder" 2>/dev/null || true
    (train "$run" "$folder/again.log" --resume) || fail "round $round: a killed holder's run can't be resumed"
    [ "$(fingerprint "$folder/whole")" = "$(fingerprint "$run")" ] || fail "round $round: the resumed run differs"
done

# Parts that are links, and folders that are no run's: refused, and nothing is lost.
for part in config.toml metrics.jsonl episodes.csv summary.json checkpoints replay replay/0.bin .lock; do
    rm -rf "$folder/linked" "$folder/target"
    cp -r "$folder/whole" "$folder/linked"
    if [ -e "$folder/linked/$part" ]; then mv "$folder/linked/$part" "$folder/target"; else echo mine >"$folder/target"; fi
    ln -s "$folder/target" "$folder/linked/$part"
    before=$(find "$folder/target" "$folder/linked" -type f -exec sha256sum {} + | sort)
    for flag in --resume --force; do
        code=0
        (train "$folder/linked" "$folder/1.log" $flag) || code=$?
        [ "$code" = 73 ] || fail "a linked $part with $flag ended with $code"
    done
    after=$(find "$folder/target" "$folder/linked" -type f -exec sha256sum {} + | sort)
    [ "$before" = "$after" ] || fail "a linked $part has changed"
done
for name in replay/thesis.docx replay/0.bin metrics.jsonl checkpoints/step-5.safetensors thesis.docx; do
    rm -rf "$folder/foreign"
    mkdir -p "$folder/foreign/$(dirname $name)"
    echo mine >"$folder/foreign/$name"
    for flag in --resume --force; do
        code=0
        (train "$folder/foreign" "$folder/1.log" $flag) || code=$?
        [ "$code" = 73 ] || fail "a folder with $name and $flag ended with $code"
    done
    [ "$(find "$folder/foreign" -type f)" = "$folder/foreign/$name" ] || fail "a folder with $name has changed"
    [ "$(cat "$folder/foreign/$name")" = mine ] || fail "$name has changed"
done
echo "$rounds rounds of locks: $races writers were refused; killed holders, links and foreign folders did no harm"
