#!/bin/sh
# Ends at once.
echo "no time for this" >&2
exit 7
