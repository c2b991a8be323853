#!/usr/bin/env bash
# Measures the planner's targets; prints one block per target. Run at the repository's root, on an idle machine.
#   SCRATCH=/path benchmarks/planner.sh
set -euo pipefail
source benchmarks/lib/toolchain.sh
scratch=${SCRATCH:-.build}
for product in planner-benchmark machine-reassignment; do
  DAKR_BENCHMARKS=1 swift build -c release --scratch-path "$scratch" --product "$product" >/dev/null
done
run() { "$scratch/release/planner-benchmark" "$@"; }
echo "== proven optima by CP-SAT, up to 60 s for the bill and 60 s for the moves"
python="$(bench_ortools)"
"$python" benchmarks/planner-tools/optimum.py --seconds 60 benchmarks/instances/{small,hard}_{1,2,3}.txt
echo "== the planner on the same, 3 s and 30 s"
run --seconds 3 --check --twice --baselines small_1 small_2 small_3 hard_1 hard_2 hard_3
run --seconds 30 --check hard_1 hard_2 hard_3
echo "== az500, 10 s"
run --seconds 10 --check --twice --baselines az500
echo "== openb"
run --seconds 3 --check --twice --baselines openb_mid openb_cpu250 openb_free
echo "== like real clusters"
run --seconds 3 --check --twice --baselines real100 real500 real5000
echo "== Google's machine reassignment, 60 s"
"$scratch/release/machine-reassignment" --seconds 60 a1_2 a1_5 b_1 b_3
echo "== 5,000 nodes: 1 s, 10 s, 60 s"
run --seconds 0.7 --check fleet5000
run --seconds 10 --check --twice --baselines fleet5000
run --seconds 60 --check fleet5000
echo "== budgets of moves"
for moves in 1000 10000; do run --seconds 2 --max-moves "$moves" --check fleet5000; done
