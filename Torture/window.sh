#!/usr/bin/env bash
# Ends the X server under windows: the training behind a window goes on and ends like one without a window, or saves
# when it is stopped; `watch` says why it ends (exit 69).
#
#     Torture/window.sh [TIMES]       default 1
set -euo pipefail
cd "$(dirname "$0")/.."
. Torture/common.sh
times=${1:-1}
reverie=$PWD/${REVERIE:-.build/release/reverie}
folder=$(mktemp -d)
server=
trap 'kill -KILL $server 2>/dev/null || true; rm -rf "$folder"' EXIT
type Xvfb >/dev/null || { echo "Xvfb is missing: install the package xvfb"; exit 1; }
unset WAYLAND_DISPLAY SDL_VIDEODRIVER

fail() {
    echo "$*"
    cat "$folder/errors"
    exit 1
}

# Starts an X server, which chooses a free display.
start_server() {
    rm -f "$folder/display"
    mkfifo "$folder/display"
    Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>"$folder/display" 2>/dev/null &
    server=$!
    read -r number <"$folder/display"
    export DISPLAY=:$number
}

kill_server() {
    kill -KILL $server
    wait $server 2>/dev/null || true
}

# Waits until a command holds: at most a minute.
await() {
    for ((i = 0; i < 6000; i++)); do
        if "$@"; then return; fi
        sleep 0.01
    done
    fail "waited in vain for: $*"
}

words="train q-learning FrozenLake-v1 --steps 2000000 --seed 3 --json"
$reverie $words --run "$folder/plain" >/dev/null 2>&1

for ((round = 0; round < times; round++)); do
    # The training begins when the window is drawn first, so that its first checkpoint tells that there is a window.
    start_server
    rm -rf "$folder/live"
    $reverie $words --live --run "$folder/live" >"$folder/output" 2>"$folder/errors" &
    process=$!
    await test -e "$folder/live/config.toml"
    kill_server
    status=0
    wait $process || status=$?
    [ $status = 0 ] || fail "training behind a window that was lost: exit $status"
    grep -q "the window is closed: The window is gone" "$folder/errors" || fail "the loss of the window was not said"
    [ "$(fingerprint "$folder/plain")" = "$(fingerprint "$folder/live")" ] || fail "the run differs from a plain one"

    start_server
    rm -rf "$folder/live"
    $reverie ${words/2000000/1000000000} --live --run "$folder/live" >"$folder/output" 2>"$folder/errors" &
    process=$!
    await test -e "$folder/live/checkpoints/step-0.safetensors"
    kill_server
    await grep -q "the window is closed" "$folder/errors"
    kill -TERM $process
    status=0
    wait $process || status=$?
    [ $status = 130 ] || fail "a stopped training whose window was lost: exit $status"
    grep -q "stopped and saved" "$folder/errors" || fail "a stopped training whose window was lost is not saved"

    # The screenshot tells that the window is open.
    start_server
    cd "$folder"
    $reverie watch plain --screenshot-after 2 >"$folder/output" 2>"$folder/errors" &
    process=$!
    cd - >/dev/null
    await compgen -G "$folder/*.png" >/dev/null
    kill_server
    status=0
    wait $process || status=$?
    [ $status = 69 ] || fail "watch without its X server: exit $status"
    grep -q "The window is gone" "$folder/errors" || fail "watch without its X server does not say so"
    rm -f "$folder"/*.png
done
echo "$times rounds of lost X servers: all trainings went on or were saved, and all windows said so"
