extension PlanExplanation {
  /// That a node stays for balance, and the figures; nil where its pods find no room together on the nodes that are used
  /// least, where they would cost no more there than the node, or where balance has no price.
  func balanceReason(_ node: Int, _ pods: [Int]) -> KeptReason? {
    guard options.objective == .costAndBalance else { return nil }
    let cost = CombinedCost(problem, options)
    let imbalance = cost.imbalance
    var trial = state
    let before = imbalance.total(trial)
    let emptiest = (0..<problem.nodeCount)
      .filter { $0 != node && trial.isPaid($0) && problem.nodeRefusals[$0] == .none }
      .map { (node: $0, strain: imbalance.strain($0, trial.used[$0])) }
      .sorted { ($0.strain, $0.node) < ($1.strain, $1.node) }.prefix(BalanceSearch.reach.seen)
    for pod in pods {
      let kind = Int(problem.podKinds[pod])
      let demand = problem.kindDemands[kind]
      var best: (target: Int, added: Double) = (-1, .infinity)
      for (target, _) in emptiest
      where trial.hasRoom(target, demand) && trial.isAllowed(pod, kind, on: target) {
        let added =
          imbalance.value(target, trial.used[target] &+ demand) - imbalance.value(target, trial.used[target])
        if added < best.added { best = (target, added) }
      }
      if best.target < 0 { return nil }
      trial.move(pod, to: best.target)
    }
    let price = (imbalance.total(trial) - before) * Double(cost.nanodollarsPerFullNode)
    let reason = KeptReason.evenUseIsWorthMore(
      savingPerHour: problem.nodePrices[node], imbalancePerHour: Int64(min(max(price, 0), 1e18).rounded()))
    return price >= Double(problem.nodePrices[node]) ? reason : nil
  }
}
