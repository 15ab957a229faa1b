#!/bin/sh
# Finds Chromium for the browser tests, or installs Debian's. Prints where it is, or what to do.
# Never fails: without Chromium the browser tests skip and say why (with CI=true they fail instead).

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && found=$(command -v "$name" 2>/dev/null); then
        echo "browser tests: $found"
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "browser tests: installing Debian's chromium ..."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >"$log" 2>&1; then
        rm -f "$log"
        echo "browser tests: $(command -v chromium)"
        exit 0
    fi
    tail -n 5 "$log"
    rm -f "$log"
fi

cat <<'WORDS'
browser tests: no Chromium here, so they will be skipped. To run them, install it:
    Debian, Ubuntu:  sudo apt-get install chromium
    Fedora:          sudo dnf install chromium
    macOS:           brew install --cask chromium
or set CHROMIUM to the program of a Chromium or Chrome that you have.
WORDS
exit 0
