#!/bin/sh
# Finds a Chromium for the browser tests, or installs one where that is allowed: Playwright's own build first, then
# (as root) the distribution's. Never fails: the tests say what is missing, and in CI they fail for it.
BIN=${BIN:-.venv/bin}

found() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  "$BIN/python" - <<'PYTHON'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PYTHON
}

found && exit 0
echo "No Chromium found: asking Playwright for one…"
"$BIN/playwright" install chromium >/dev/null 2>&1 && found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Playwright's download is out of reach: installing the distribution's Chromium…"
  apt-get update -qq >/dev/null 2>&1
  for package in chromium-headless-shell chromium; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null 2>&1 && found && exit 0
  done
fi
echo "No Chromium could be installed, so the browser tests are skipped. To have them: sudo apt-get install chromium"
