"""Proves optima of small instances with OR-Tools CP-SAT: first the least bill, then the fewest moves at it.

  pip install ortools      (benchmarks/planner.sh does that in an environment of its own)
  optimum.py [--seconds S] INSTANCE.txt...

Knows the format of benchmarks/instances/README.md; treats pods with movable=0 and pods on unlabelled nodes as fixed.
"""
import sys
from ortools.sat.python import cp_model


def read(path):
    lines = open(path).read().split("\n")
    n, p = map(int, lines[0].split())
    nodes = [line.split() for line in lines[1:1 + n]]
    pods = [list(map(int, line.split())) for line in lines[1 + n:1 + n + p]]
    return nodes, pods


def solve(path, seconds):
    nodes, pods = read(path)
    model = cp_model.CpModel()
    price = [round(float(n[4]) * 10000) for n in nodes]
    caps = [[int(n[0]), int(n[1]), int(n[2]), int(n[3])] for n in nodes]
    is_open = [model.new_bool_var(f"y{j}") for j in range(len(nodes))]
    x = []
    for i, pod in enumerate(pods):
        home = pod[6]
        if not pod[3] or nodes[home][5] != "1":
            x.append({home: 1})
            continue
        targets = [j for j, n in enumerate(nodes)
                   if j == home or n[5] == "1" and pod[7] >> int(n[6]) & 1]
        x.append({j: model.new_bool_var(f"x{i},{j}") for j in targets})
        model.add_exactly_one(x[i].values())
    for j in range(len(nodes)):
        here = [(i, x[i][j]) for i in range(len(pods)) if j in x[i]]
        for r in range(4):
            need = [(1 if r == 3 else pods[i][r], v) for i, v in here]
            if any(d for d, _ in need):
                model.add(sum(d * v for d, v in need) <= caps[j][r] * is_open[j])
        for i, v in here:
            if isinstance(v, int):
                model.add(is_open[j] == 1)
            else:
                model.add_implication(v, is_open[j])
    bill = sum(price[j] * is_open[j] for j in range(len(nodes)))
    moves = sum(1 - x[i][pods[i][6]] for i in range(len(pods)) if len(x[i]) > 1)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    model.minimize(bill)
    first = solver.solve(model)
    least, bound = solver.objective_value, solver.best_objective_bound
    time = solver.wall_time
    for i in range(len(pods)):
        for j, v in x[i].items():
            if not isinstance(v, int):
                model.add_hint(v, solver.value(v))
    model.add(bill <= round(least))
    model.minimize(moves)
    second = solver.solve(model)
    print(f"{path.split('/')[-1]}: bill {least / 10000:.4f} (bound {bound / 10000:.4f}, {solver.status_name(first)}, "
          f"{time:.1f} s), moves {solver.objective_value:.0f} (bound {solver.best_objective_bound:.0f}, "
          f"{solver.status_name(second)})", flush=True)


arguments = sys.argv[1:]
limit = 60.0
if arguments[0] == "--seconds":
    limit = float(arguments[1])
    arguments = arguments[2:]
for name in arguments:
    solve(name, limit)
