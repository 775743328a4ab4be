#!/bin/sh
# install-chromium.sh: makes sure that a Chromium is there for the page's tests. TELLTALE_CHROMIUM names another one.
set -e
for candidate in "$TELLTALE_CHROMIUM" chromium-headless-shell chromium chromium-browser google-chrome; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
  echo "no Chromium found: install one and name it in TELLTALE_CHROMIUM" >&2
  exit 1
fi
echo "installing Chromium"
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
install() { DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }
# The engine alone is what the tests want; where a release has no such package, the whole browser.
install chromium-headless-shell 2>/dev/null || install chromium
