#!/usr/bin/env bash
# Fuzzes every reader, saved states through reverie_restore, and the bridge's protocol: no trap, no hang (5 s), memory
# bounded (1 GiB).
#
#     Torture/fuzz.sh [RUNS]         RUNS inputs for each of the readers and for states, a tenth for the bridge, whose
#                                    inputs take a process each (default 150000)
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-150000}
reverie=.build/release/reverie
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
swift build --package-path Torture/Fuzz -c release --sanitize=fuzzer >"$folder/build" 2>&1 || {
    cat "$folder/build"
    exit 1
}

# Start from real files.
mkdir -p "$folder"/{safetensors,npz,npy,toml,map,json,png,jpeg,state,bridge}
clang -O1 Torture/child.c -o "$folder/child"
$reverie train q-learning FrozenLake-v1 --preset none --steps 200 --run "$folder/run" >/dev/null 2>&1
cp "$folder"/run/checkpoints/*.safetensors "$folder/safetensors"
$reverie record FrozenLake-v1 --episodes 9 --to "$folder/npz/rollout.npz" >/dev/null
(cd "$folder/npy" && python3 -m zipfile -e ../npz/rollout.npz . 2>/dev/null || unzip -qo ../npz/rollout.npz)
for preset in assets/presets/*/*.toml; do cp "$preset" "$folder/toml/$(echo "$preset" | tr / -)"; done
cp "$folder/run/config.toml" "$folder/toml"
cp assets/maps/*.txt "$folder/map"
cp "$folder/run/summary.json" "$folder/run/metrics.jsonl" "$folder/json"
$reverie fit vae "$folder/npz/rollout.npz" --set epochs=1 --run "$folder/vae" >/dev/null 2>&1
$reverie sample "$folder/vae" --count 50 --to "$folder/png/samples.png" >/dev/null
# Pictures of every kind, as the tests read them.
python3 - "$folder" <<'END'
import base64, json, sys
pictures = json.load(open("Tests/Fixtures/Graphics/pictures.json"))
for folder, names in [("png", ["pictures"]), ("jpeg", ["jpegs", "unsupported"])]:
    for picture in (picture for name in names for picture in pictures[name]):
        with open(f"{sys.argv[1]}/{folder}/{picture['name']}", "wb") as file:
            file.write(base64.b64decode(picture["file"]))
END

Torture/states.py "$folder/state"
# What a child says at the start, that it has mapped its memory, and answers to a reset, two steps, the frame's size, a
# drawing and a step.
box='{"kind": "box", "shape": [4], "element": "float32", "low": [-4.8, "-inf", -0.5, "-inf"], "high": "inf"}'
discrete='{"kind": "discrete", "count": 2, "start": [1], "shape": [], "element": "int32"}'
choices='{"kind": "multiDiscrete", "counts": [3, 4], "start": [0, 1]}'
parts='{"kind": "dictionary", "names": ["a", "b"], "parts": ['$choices', {"kind": "multiBinary", "shape": [2, 3]}]}'
for space in "$box" "$discrete" "$parts"; do
    start='{"observationSpace": '$space', "element": "float32", "actionSpace": '$discrete', "framesPerSecond": 50.0'
    for picture in '{"frame": [3, 4], "reason": ""}' '{"frame": null, "reason": "none"}'; do
        printf '%s, "stackedFrames": 1, "stepLimit": 500, "notes": []}\n\0{"mapped": true}\n\0.\0.\0.\0%s\n\0.\0.' \
            "$start" "$picture" >"$folder/bridge/$(echo "$start$picture" | md5sum | cut -c1-8)"
    done
done
printf '{"fault": {"kind": "missing", "what": "x", "advice": "y"}}\n' >"$folder/bridge/fault"

for reader in safetensors npz npy toml map json png jpeg state bridge; do
    limits=(-runs="$runs" -timeout=5)
    # Each of the bridge's inputs takes a process, and some a second of waiting for it.
    if [ $reader = bridge ]; then limits=(-runs=$((runs / 10)) -timeout=20 -max_total_time=300); fi
    READER=$reader CHILD=$folder/child Torture/Fuzz/.build/release/FuzzReaders "${limits[@]}" -max_len=65536 -rss_limit_mb=1024 \
        -artifact_prefix="$folder/" "$folder/$reader" >"$folder/$reader.log" 2>&1 || {
        tail -40 "$folder/$reader.log"
        cp "$folder"/{crash,timeout,oom}-* . 2>/dev/null || true
        echo "$reader: failed; the input was copied here"
        exit 1
    }
    echo "$reader: $(tail -1 "$folder/$reader.log")"
done
