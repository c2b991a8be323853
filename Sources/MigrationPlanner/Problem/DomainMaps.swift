import ClusterModel

/// How topology keys divide the nodes into domains.
struct DomainMaps {
  private struct Key: Hashable {
    /// Empty for the division into single nodes.
    var topologyKey: String
    var required: [String] = []
    var affinityMask: Int32 = -1
    var taintMask: Int32 = -1
  }

  private let nodes: [Node]
  private let maskKeys: [MaskTable.Key]
  private var maps: [Key: Int32] = [:]
  private(set) var domains: [Int32] = []
  private(set) var counts: [Int32] = []

  init(nodes: [Node], maskKeys: [MaskTable.Key]) {
    self.nodes = nodes
    self.maskKeys = maskKeys
  }

  /// Each node a domain of its own.
  mutating func perNode() -> Int32 { map(Key(topologyKey: "")) }

  /// The division by a label's values.
  mutating func map(of topologyKey: String) -> Int32 { map(Key(topologyKey: topologyKey)) }

  /// The division that a spread constraint sees: only nodes that have all the pod's topology keys and, depending on its
  /// policies, that the pod's affinity selects and whose taints it tolerates (`podtopologyspread/common.go`).
  mutating func map(
    of topologyKey: String, requiring keys: [String], mask: Int32, honoursAffinity: Bool, honoursTaints: Bool
  ) -> Int32 {
    map(
      Key(
        topologyKey: topologyKey, required: keys, affinityMask: honoursAffinity ? mask : -1,
        taintMask: honoursTaints ? mask : -1))
  }

  private mutating func map(_ key: Key) -> Int32 {
    if let number = maps[key] { return number }
    var values: [String: Int32] = [:]
    for (index, node) in nodes.enumerated() {
      guard isMember(node, key) else {
        domains.append(-1)
        continue
      }
      if key.topologyKey.isEmpty {
        domains.append(Int32(index))
        continue
      }
      guard let value = node.labels[key.topologyKey] else {
        domains.append(-1)
        continue
      }
      let domain = values[value] ?? Int32(values.count)
      if domain == values.count { values[value] = domain }
      domains.append(domain)
    }
    let number = Int32(counts.count)
    counts.append(key.topologyKey.isEmpty ? Int32(nodes.count) : Int32(values.count))
    maps[key] = number
    return number
  }

  private func isMember(_ node: Node, _ key: Key) -> Bool {
    key.required.allSatisfy { node.labels[$0] != nil }
      && (key.affinityMask < 0 || maskKeys[Int(key.affinityMask)].isSelected(node))
      && (key.taintMask < 0 || maskKeys[Int(key.taintMask)].tolerates(node))
  }
}

/// Finds the classes of pods that a selection matches without asking each class.
struct ClassIndex {
  private struct Pair: Hashable {
    var namespace: String
    var key: String
    var value: String
  }

  private let classes: [ProfileTable.Class]
  private(set) var namespaces: [String] = []
  private var ofNamespace: [String: [Int]] = [:]
  private var ofPair: [Pair: [Int]] = [:]

  init(_ classes: [ProfileTable.Class]) {
    self.classes = classes
    for (index, item) in classes.enumerated() {
      ofNamespace[item.namespace, default: []].append(index)
      for pair in item.labels.pairs {
        ofPair[Pair(namespace: item.namespace, key: pair.key, value: pair.value), default: []].append(index)
      }
    }
    namespaces = ofNamespace.keys.sorted()
  }

  /// Positions of the matching classes, ascending.
  func classes(matching selection: TopologyCompiler.Selection) -> [Int] {
    let equality = selection.selector.requirements.first { $0.comparison == .isIn && $0.values.count == 1 }
    var found: [Int] = []
    for namespace in selection.namespaces ?? namespaces {
      let candidates: [Int] =
        if let equality {
          ofPair[Pair(namespace: namespace, key: equality.key, value: equality.values[0])] ?? []
        } else {
          ofNamespace[namespace] ?? []
        }
      for candidate in candidates where selection.selector.matches(classes[candidate].labels) {
        found.append(candidate)
      }
    }
    return found.sorted()
  }
}
