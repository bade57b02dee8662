#!/bin/sh
# Closes its connection and stays.
exec 3>&-
exec sleep 1000
