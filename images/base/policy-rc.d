#!/bin/sh
# Packages must not start their daemons while an image is built.
exit 101
