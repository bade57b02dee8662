#!/usr/bin/env bash
# Runs the tests of the Python package under AddressSanitizer: memory that is used after it was freed, freed twice or
# overrun ends them. The library is built with it below .build/sanitized.
#
#     make python
#     Torture/python.sh
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.build/python/bin/python3
folder=.build/sanitized
swift build -c release --product Reverie --sanitize=address --scratch-path $folder >$folder.log 2>&1 || {
    tail -40 $folder.log
    exit 1
}
runtime=$(dirname "$(dirname "$(command -v swift)")")/lib/clang
runtime=$(find -L "$runtime" -name 'libclang_rt.asan-x86_64.so' -o -name 'libclang_rt.asan-aarch64.so' | head -1)
# Python frees little at its end, which is no fault of ours. What it allocates itself is left to malloc, so that a
# view of freed memory is noticed too.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 PYTHONMALLOC=malloc
export REVERIE_LIBRARY=$PWD/$folder/release/libReverie.so REVERIE_ASSETS=$PWD/assets PYTHONPATH=$PWD/python
LD_PRELOAD=$runtime $python -W ignore -m unittest discover python/tests
# The checker must be there at all: memory of a batch that is copied after it was freed. (NumPy's own loops aren't
# watched, but memcpy is.)
if LD_PRELOAD=$runtime $python -c '
import ctypes, numpy, reverie
world = reverie.Environment("CartPole-v1")
world.reset(seed=0)
memory = world._batch.observations.ctypes.data
reverie.library._library.reverie_close(world._batch._pointer)
ctypes.string_at(memory, 16)' 2>$folder.log; then
    echo "AddressSanitizer has noticed nothing: is $runtime loaded?"
    exit 1
fi
grep -q 'heap-use-after-free' $folder.log || { cat $folder.log; exit 1; }
echo "the Python package ran under AddressSanitizer"
