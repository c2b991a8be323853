# Builds what the benchmarks run: servers, driver, inputs. Sourced by benchmarks/run after toolchain.sh.

bench_repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# Names every missing tool at once, with the Debian packages that have them.
bench_require_tools() {
  local missing=() tool
  for tool in nghttpd taskset openssl g++ python3 valgrind swift; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  for header in nghttp2/nghttp2.h openssl/ssl.h simdjson.h; do
    echo "#include <$header>" | g++ -E -x c++ -std=c++20 - >/dev/null 2>&1 || missing+=("$header")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    echo "benchmarks: missing: ${missing[*]}" >&2
    echo "On Debian: apt-get install g++ nghttp2-server libnghttp2-dev libssl-dev libsimdjson-dev openssl python3-pip" \
      "util-linux valgrind; Swift from swift.org" >&2
    return 1
  fi
  if [ "$(nproc)" -lt 2 ]; then
    echo "benchmarks: two cores are needed, one for the server and one for the client" >&2
    return 1
  fi
}

# bench_compile <output> <source> [flags...]: with g++, unless the output is newer.
bench_compile() {
  local output="$1" source="$2"
  shift 2
  [ "$output" -nt "$source" ] || g++ -std=c++20 -O3 -Wall -Wextra -o "$output" "$source" "$@"
}

bench_build_tools() {
  local root="$bench_repository/benchmarks" bin="$BENCH_CACHE/bin"
  mkdir -p "$bin"
  bench_certificates "$BENCH_CACHE/tls"
  bench_compile "$bin/driver" "$root/load/driver.cpp" -lnghttp2 -lssl -lcrypto
  bench_compile "$bin/simdjson_pass" "$root/floor/simdjson_pass.cpp" -lsimdjson
  [ "$bin/count_allocations.so" -nt "$root/gate/count_allocations.c" ] \
    || gcc -shared -fPIC -O2 -Wall -Wextra -o "$bin/count_allocations.so" "$root/gate/count_allocations.c" -ldl
  bench_go_build "$root/peer-go" "$bin/peer-go"
  bench_go_build "$root/api-stub" "$bin/api-stub"
}

# bench_build_swift <product>...: release builds; sets BENCH_PRODUCT and BENCH_PARTS.
bench_build_swift() {
  local folder product
  for product in "$@"; do
    (cd "$bench_repository" && DAKR_BENCHMARKS=1 swift build -c release --static-swift-stdlib --product "$product" >&2)
  done
  folder="$(cd "$bench_repository" && DAKR_BENCHMARKS=1 swift build -c release --static-swift-stdlib --show-bin-path)"
  BENCH_PRODUCT="$folder/dakr-scheduler"
  BENCH_PARTS="$folder/dakr-benchmarks"
}

# The requests, made anew when the generator is newer.
bench_inputs() {
  local folder="$BENCH_CACHE/inputs" generator="$bench_repository/benchmarks/inputs"
  if [ "$folder/cases.json" -nt "$generator/generate.py" ] && [ "$folder/cases.json" -nt "$generator/fleet.py" ]; then
    return 0
  fi
  python3 "$generator/generate.py" "$folder"
}
