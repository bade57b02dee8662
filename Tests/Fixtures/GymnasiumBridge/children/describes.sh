#!/bin/sh
# Answers JSON that describes nothing.
echo '{"observationSpace": {"kind": "box", "shape": [99999999, 99999999]}}' >&3
exec sleep 1000
