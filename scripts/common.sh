# Functions that the other scripts share; sourced, never run.

# Says what is going on, on standard error, so that standard output stays for results.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Ends the script with a message that says what to do.
fail() { say "error: $*"; exit 1; }

# The folder for everything that is expensive to obtain and independent of a checkout.
cache_folder() { printf '%s\n' "${DAKR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dakr-scheduler}"; }

# True where packages can be installed as the scripts know how to.
is_debian() { [ -r /etc/debian_version ] && command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

# Runs a command as root: as it is for root, through sudo for others.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root and there is no sudo; run as root: $*"
  fi
}
