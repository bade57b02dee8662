#!/usr/bin/env bash
# Builds the sample package and runs it; it fails where its agent doesn't learn.
set -euo pipefail
cd "$(dirname "$0")"
swift build -c release
.build/release/Lander
wc -l Sources/Lander/*.swift | awk '$2 != "total" && $1 > 100 { print $2 " has more than 100 lines"; failed = 1 } END { exit failed }'
