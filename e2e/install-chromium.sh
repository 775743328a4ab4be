#!/bin/sh
# install-chromium.sh: makes sure that a Chromium is there for the page's tests. TELLTALE_CHROMIUM names another one.
set -e
for candidate in "$TELLTALE_CHROMIUM" chromium chromium-browser google-chrome; do
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
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null
