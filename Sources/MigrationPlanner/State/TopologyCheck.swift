/// Judges a move by the rules between pods.
///
/// Two states are given: one in which pods under way are counted at their target and still at their source (`upper`), and
/// one in which they are counted at neither (`lower`). What may not be exceeded is read from the first, what has to be
/// there from the second, so that moves which were allowed together hold in whatever order they end. A search, which has
/// nothing under way, passes the same state twice.
struct TopologyCheck {
  let rules: TopologyRules

  /// The first rule that forbids moving a pod of `profile` from `source` to `target`, or nil.
  ///
  /// The pod is counted at its source in both states; `source` -1 is a pod that is counted nowhere. A spread constraint
  /// that is violated already may not get worse.
  func refusal(
    profile: Int, from source: Int32, to target: Int32, upper: TopologyState, lower: TopologyState
  ) -> ConstraintSource? {
    for position in rules.limits.range(profile) {
      let rule = rules.limits[position]
      let domain = rules.domain(rule.tally, target)
      if domain < 0 { continue }
      var others = upper.count(rule.tally, domain)
      if rule.countsItself && rules.domain(rule.tally, source) == domain { others &-= 1 }
      if others > rule.limit { return rule.source }
    }
    for position in rules.needs.range(profile) {
      if !isMet(rules.needs[position], from: source, to: target, lower) { return .affinity }
    }
    for position in rules.supports.range(profile) {
      if isMissed(rules.supports[position], from: source, to: target, upper, lower) { return .affinityOfOthers }
    }
    for position in rules.spreadRules.range(profile) {
      if breaksSpread(rules.spreadRules[position], from: source, to: target, upper, lower) { return .topologySpread }
    }
    return nil
  }

  private func isMet(
    _ rule: TopologyRules.Need, from source: Int32, to target: Int32, _ lower: TopologyState
  ) -> Bool {
    let domain = rules.domain(rule.tally, target)
    if domain < 0 { return false }
    var others = lower.count(rule.tally, domain)
    if rule.countsItself && rules.domain(rule.tally, source) == domain { others &-= 1 }
    // The first pod of a group that is to be with its like may go anywhere (interpodaffinity/filtering.go).
    return others > 0 || rule.countsItself && lower.totals[Int(rule.tally)] <= (source >= 0 ? 1 : 0)
  }

  /// Whether pods that stay would lose the last pod that they have to be with.
  private func isMissed(
    _ rule: TopologyRules.Support, from source: Int32, to target: Int32, _ upper: TopologyState,
    _ lower: TopologyState
  ) -> Bool {
    let domain = rules.domain(rule.tally, source)
    if domain < 0 || domain == rules.domain(rule.tally, target) { return false }
    if lower.count(rule.tally, domain) > (rule.servesItself ? 2 : 1) { return false }
    let dependents = upper.count(rule.dependents, domain) &- (rule.dependsItself ? 1 : 0)
    return dependents > 0
  }

  private func breaksSpread(
    _ rule: TopologyRules.SpreadRule, from source: Int32, to target: Int32, _ upper: TopologyState,
    _ lower: TopologyState
  ) -> Bool {
    let spread = rules.spreads[Int(rule.spread)]
    let from = rules.domain(spread.tally, source)
    let to = rules.domain(spread.tally, target)
    if rule.isBound && to < 0 { return true }
    if from == to {
      if to < 0 { return false }
      // Nothing changes, but kube-scheduler would not put the pod back into a domain that holds too many already.
      let least = min(
        lower.extremes[Int(rule.spread)].least, lower.count(spread.tally, to) &- (rule.countsItself ? 1 : 0))
      return rule.isBound && upper.count(spread.tally, to) &- (spread.lacksDomains ? 0 : least) > spread.maxSkew
    }
    let settledLeast = lower.extremes[Int(rule.spread)].least
    var least = settledLeast
    if rule.countsItself && from >= 0 { least = min(least, lower.count(spread.tally, from) &- 1) }
    let greatestBefore = upper.extremes[Int(rule.spread)].greatest
    var greatest = greatestBefore
    var entered: Int32 = 0
    if to >= 0 {
      entered = upper.count(spread.tally, to) &+ (rule.countsItself ? 1 : 0)
      greatest = max(greatest, entered)
    }
    let floor = spread.lacksDomains ? 0 : least
    if rule.isBound && entered &- floor > spread.maxSkew { return true }
    let allowed = max(spread.maxSkew, greatestBefore &- (spread.lacksDomains ? 0 : settledLeast))
    return greatest &- floor > allowed
  }
}
