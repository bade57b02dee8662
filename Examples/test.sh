#!/usr/bin/env bash
# Builds and runs the sample package; fails if its agent doesn't learn. The package is built in the repository's build
# folder, so that the libraries aren't compiled again; with --alone it has a folder of its own, like a user's package.
set -euo pipefail
cd "$(dirname "$0")"
scratch=../.build
if [ "${1:-}" = --alone ]; then scratch=.build; fi
swift build -c release --scratch-path "$scratch"
samples=$(cd "$scratch/release" && pwd)
SDL_VIDEODRIVER=dummy "$samples/Lander" --watch --frames 60
wc -l Sources/Lander/*.swift | awk '$2 != "total" && $1 > 100 { print $2 " has more than 100 lines"; failed = 1 } END { exit failed }'

# The sequence models on small data of the same form: each must beat guessing.
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
cat ../README.md ../ARCHITECTURE.md ../CONTRIBUTING.md ../Documentation/Design/*.md > "$data/tinyshakespeare.txt"
pieces=$(for piece in $(seq 16); do printf '[%s],' "$(for frame in $(seq 24); do printf '[%d,%d],' $((48 + frame % 3)) $((60 + frame % 4)); done | sed 's/,$//')"; done | sed 's/,$//')
echo "{\"train\": [$pieces], \"valid\": [$pieces], \"test\": [$pieces]}" > "$data/music_JSB_Chorales.json"
below() { awk -v limit="$1" '/validation loss:|test:/ { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9.]+$/) loss = $i; print; if (loss < limit) good = 1 } END { exit !good }'; }
"$samples/Sequences" characters --data "$data" --steps 80 | below 3.6
"$samples/Sequences" lstm --data "$data" --steps 150 | below 12
"$samples/Sequences" tcn --data "$data" --steps 60 | below 12

# A Hopfield network recalls at half of its capacity, and not at twice of it.
"$samples/Capacity" --units 200 | awk -F, '$2 == 0.07 { low = $3 } $2 == 0.24 { high = $3 } END { print "overlap", low, high; exit !(low > 0.95 && high < 0.6) }'

# The C interface, with the library that the build of the repository made.
build=$(cd ../.build/release && pwd)
clang -O2 -Wall -Wextra -Werror C/rollouts.c -I ../Sources/CReverie/include -L "$build" -lReverie -Wl,-rpath,"$build" -o "$data/rollouts"
"$data/rollouts" | awk '{ print } $7 > 0.2 && $7 < 2 { good = 1 } END { exit !good }'
