#!/bin/sh
# Answers what is no JSON.
echo "good morning" >&3
exec sleep 1000
