import ClusterModel

/// Turns classes of pods into tallies and rules about them.
struct TopologyCompiler {
  /// Pods selected by namespace and labels.
  struct Selection: Hashable {
    /// Sorted; nil means every namespace.
    var namespaces: [String]?
    var selector: LabelSelector
  }

  /// What a tally counts.
  enum Subject: Hashable {
    /// Pods that match all of the selections.
    case matching([Selection])
    /// Pods that refuse, or need, pods matching the selections.
    case bound(to: [Selection], isAnti: Bool)
    /// Pods that match, are not being deleted and stand on a node of the spread's own domain map.
    case spread(Selection)
    case portHolders(HostPort, isWildcard: Bool)
    case workload(String)
  }

  struct Tally: Hashable {
    var subject: Subject
    var map: Int32
  }

  private let input: PlanningProblem.Builder
  let classes: [ProfileTable.Class]
  private(set) var rules = TopologyRules()
  private var maps: DomainMaps
  private var tallies: [Tally: Int32] = [:]
  private var spreads: [TopologyRules.Spread: Int32] = [:]
  private var index: ClassIndex
  var profiles: [ProfileRules]

  init(_ input: PlanningProblem.Builder, _ classes: [ProfileTable.Class], maskKeys: [MaskTable.Key]) {
    self.input = input
    self.classes = classes
    maps = DomainMaps(nodes: input.nodes.map(\.node), maskKeys: maskKeys)
    index = ClassIndex(classes)
    profiles = [ProfileRules](repeating: ProfileRules(), count: classes.count)
    rules.nodeCount = input.nodes.count
  }

  /// Compiles everything; gives the profile of each class.
  mutating func compile() -> [Int32] {
    for position in classes.indices {
      addAntiAffinity(position)
      addAffinity(position)
      addSpread(position)
      addPorts(position)
      addWorkloadLimit(position)
    }
    rules.domains = maps.domains
    rules.domainCounts = maps.counts
    var known: [ProfileRules: Int32] = [:]
    return profiles.map { profile in
      if let number = known[profile] { return number }
      let number = Int32(known.count)
      known[profile] = number
      rules.appendProfile(profile)
      return number
    }
  }

  /// The tally's number, and whether it was just made (and its members have to be entered).
  private mutating func tally(_ subject: Subject, _ map: Int32) -> (number: Int32, isNew: Bool) {
    let key = Tally(subject: subject, map: map)
    if let number = tallies[key] { return (number, false) }
    let number = Int32(tallies.count)
    tallies[key] = number
    rules.tallyMaps.append(map)
    return (number, true)
  }

  /// Counts a class in a tally, once.
  private mutating func contribute(_ position: Int, to tally: Int32) {
    if !profiles[position].contributions.contains(tally) { profiles[position].contributions.append(tally) }
  }

  private func selection(_ term: PodAffinityTerm, of position: Int) -> Selection {
    if term.namespaces.isEmpty && term.namespaceSelector == nil {
      return Selection(namespaces: [classes[position].namespace], selector: term.selector)
    }
    var names = Set(term.namespaces)
    if let selector = term.namespaceSelector {
      if selector.requirements.isEmpty { return Selection(namespaces: nil, selector: term.selector) }
      for namespace in index.namespaces {
        var labels = input.namespaceLabels[namespace]?.pairs.map { (key: $0.key, value: $0.value) } ?? []
        labels.append((key: "kubernetes.io/metadata.name", value: namespace))
        if selector.matches(Labels(labels)) { names.insert(namespace) }
      }
    }
    return Selection(namespaces: names.sorted(), selector: term.selector)
  }

  private mutating func addAntiAffinity(_ position: Int) {
    for term in Set(classes[position].antiAffinity).sorted(by: { "\($0)" < "\($1)" }) {
      let selection = selection(term, of: position)
      let map = maps.map(of: term.topologyKey)
      let matches = tally(.matching([selection]), map)
      let carriers = tally(.bound(to: [selection], isAnti: true), map)
      let members = index.classes(matching: selection)
      if matches.isNew { for member in members { profiles[member].contributions.append(matches.number) } }
      if carriers.isNew {
        for member in members {
          profiles[member].limits.append(
            .init(tally: carriers.number, limit: 0, countsItself: false, source: .antiAffinityOfOthers))
        }
      }
      let isMember = members.contains(position)
      if isMember, let own = profiles[position].limits.firstIndex(where: { $0.tally == carriers.number }) {
        profiles[position].limits[own].countsItself = true
      }
      contribute(position, to: carriers.number)
      profiles[position].limits.append(
        .init(tally: matches.number, limit: 0, countsItself: isMember, source: .antiAffinity))
    }
  }

  private mutating func addAffinity(_ position: Int) {
    let terms = classes[position].affinity
    if terms.isEmpty { return }
    // A pod counts for any of the terms only where it matches all of them (interpodaffinity/filtering.go).
    let selections = Set(terms.map { selection($0, of: position) }).sorted { "\($0)" < "\($1)" }
    var members = index.classes(matching: selections[0])
    for selection in selections.dropFirst() {
      let others = Set(index.classes(matching: selection))
      members.removeAll { !others.contains($0) }
    }
    let isMember = members.contains(position)
    for key in Set(terms.map(\.topologyKey)).sorted() {
      let map = maps.map(of: key)
      let matches = tally(.matching(selections), map)
      let carriers = tally(.bound(to: selections, isAnti: false), map)
      if matches.isNew { for member in members { profiles[member].contributions.append(matches.number) } }
      if carriers.isNew {
        for member in members {
          profiles[member].supports.append(
            .init(tally: matches.number, dependents: carriers.number, dependsItself: false, servesItself: false))
        }
      }
      if let own = profiles[position].supports.firstIndex(where: { $0.dependents == carriers.number }) {
        profiles[position].supports[own].dependsItself = true
      }
      if isMember {
        for member in members {
          for own in profiles[member].supports.indices
          where profiles[member].supports[own].dependents == carriers.number {
            profiles[member].supports[own].servesItself = true
          }
        }
      }
      contribute(position, to: carriers.number)
      profiles[position].needs.append(.init(tally: matches.number, countsItself: isMember))
    }
  }

  private mutating func addSpread(_ position: Int) {
    let own = classes[position]
    let keys = Set(own.spread.map(\.topologyKey)).sorted()
    for constraint in own.spread {
      let map = maps.map(
        of: constraint.topologyKey, requiring: keys, mask: own.mask, honoursAffinity: constraint.honoursNodeAffinity,
        honoursTaints: constraint.honoursTaints)
      let selection = Selection(namespaces: [own.namespace], selector: constraint.selector)
      let matches = tally(.spread(selection), map)
      let members = index.classes(matching: selection).filter { !classes[$0].isTerminating }
      if matches.isNew { for member in members { profiles[member].contributions.append(matches.number) } }
      let spread = TopologyRules.Spread(
        tally: matches.number, maxSkew: Int32(clamping: max(constraint.maxSkew, 1)),
        lacksDomains: Int(maps.counts[Int(map)]) < constraint.minDomains)
      let number = spreads[spread] ?? Int32(spreads.count)
      if number == spreads.count {
        spreads[spread] = number
        rules.spreads.append(spread)
        for member in members {
          profiles[member].spreadRules.append(.init(spread: number, isBound: false, countsItself: true))
        }
      }
      if let rule = profiles[position].spreadRules.firstIndex(where: { $0.spread == number }) {
        profiles[position].spreadRules[rule].isBound = true
      } else {
        profiles[position].spreadRules.append(.init(spread: number, isBound: true, countsItself: false))
      }
    }
  }

  /// Two pods clash over a port when their addresses are equal or one of them is every address (`nodeports.go`): all
  /// holders stay away from pods that take every address, and these from all holders.
  private mutating func addPorts(_ position: Int) {
    let map = maps.perNode()
    for port in Set(classes[position].hostPorts).sorted(by: { "\($0)" < "\($1)" }) {
      let anyAddress = HostPort(port.port, transport: port.transport)
      let all = tally(.portHolders(anyAddress, isWildcard: false), map).number
      let wildcards = tally(.portHolders(anyAddress, isWildcard: true), map).number
      contribute(position, to: all)
      if port.address.isEmpty {
        contribute(position, to: wildcards)
        profiles[position].limits.append(.init(tally: all, limit: 0, countsItself: true, source: .hostPort))
      } else {
        let same = tally(.portHolders(port, isWildcard: false), map).number
        contribute(position, to: same)
        profiles[position].limits.append(.init(tally: same, limit: 0, countsItself: true, source: .hostPort))
        profiles[position].limits.append(.init(tally: wildcards, limit: 0, countsItself: false, source: .hostPort))
      }
    }
  }

  private mutating func addWorkloadLimit(_ position: Int) {
    let own = classes[position]
    if own.podsPerNode <= 0 { return }
    let number = tally(.workload(own.limitedWorkload), maps.perNode()).number
    profiles[position].contributions.append(number)
    profiles[position].limits.append(
      .init(
        tally: number, limit: Int32(clamping: own.podsPerNode - 1), countsItself: true, source: .workloadPodsPerNode))
  }
}
