/// Collects changes of nodes and pods and makes snapshots of them.
///
/// Nodes and pods arrive from separate watches in no particular order, so usage is kept by node name, also for nodes that
/// are not known (yet). A value type without locks: whoever owns it serialises access.
package struct SnapshotBuilder: Sendable {
  private struct PlacedPod: Sendable {
    var nodeName: String
    var demand: PodDemand
  }

  private var nodes: [String: Node] = [:]
  private var pods: [PodKey: PlacedPod] = [:]
  private var usageByNodeName: [String: NodeUsage] = [:]
  private var generation: UInt64 = 0
  /// Names sorted, and their table: rebuilt only when a node comes or goes.
  private var cachedNames: (sorted: [String], table: NameTable)?
  /// The nodes in the order of their names, and their own columns: rebuilt only when one of them changes, so that snapshots
  /// between which only pods changed share them, and comparing their nodes costs nothing.
  private var cachedNodes: (sorted: [Node], columns: NodeColumns)?

  package init() {}

  /// The number of nodes known.
  package var nodeCount: Int { nodes.count }
  /// The number of pods known, bound or not.
  package var podCount: Int { pods.count }

  /// Replaces all nodes, after a list.
  package mutating func replaceNodes(_ list: [Node]) {
    nodes.removeAll(keepingCapacity: true)
    for node in list { nodes[node.name] = node }
    cachedNames = nil
    cachedNodes = nil
  }

  /// Adds a node or replaces the one of the same name. A node that is as it was, such as after a heartbeat, changes
  /// nothing.
  package mutating func upsert(_ node: Node) {
    let previous = nodes[node.name]
    guard previous != node else { return }
    nodes[node.name] = node
    cachedNodes = nil
    if previous == nil { cachedNames = nil }
  }

  /// Removes a node, where it is known.
  package mutating func removeNode(named name: String) {
    guard nodes.removeValue(forKey: name) != nil else { return }
    cachedNames = nil
    cachedNodes = nil
  }

  /// Replaces all pods, after a list.
  package mutating func replacePods(_ list: [Pod]) {
    pods.removeAll(keepingCapacity: true)
    usageByNodeName.removeAll(keepingCapacity: true)
    for pod in list { upsert(pod) }
  }

  /// Adds a pod or replaces the one of the same UID.
  package mutating func upsert(_ pod: Pod) {
    let key = PodKey(pod.uid)
    removePod(key)
    let placed = PlacedPod(nodeName: pod.occupiesNode ? pod.nodeName : "", demand: pod.demand)
    pods[key] = placed
    if !placed.nodeName.isEmpty { usageByNodeName[placed.nodeName, default: NodeUsage()].add(placed.demand) }
  }

  /// Removes a pod, where it is known.
  package mutating func removePod(uid: String) { removePod(PodKey(uid)) }

  private mutating func removePod(_ key: PodKey) {
    guard let pod = pods.removeValue(forKey: key), !pod.nodeName.isEmpty else { return }
    usageByNodeName[pod.nodeName]?.subtract(pod.demand)
    if usageByNodeName[pod.nodeName]?.requests.pods == 0 { usageByNodeName.removeValue(forKey: pod.nodeName) }
  }

  /// Makes a snapshot of what is known now. Costs time in proportion to the nodes, not the pods.
  package mutating func snapshot() -> ClusterSnapshot {
    let (sorted, table) = sortedNames()
    let nodeList = sortedNodes(sorted)
    var columns = nodeList.columns
    var usageList: [NodeUsage] = []
    usageList.reserveCapacity(sorted.count)
    columns.reserveUsageCapacity(sorted.count)
    for name in sorted {
      let usage = usageByNodeName[name] ?? NodeUsage()
      usageList.append(usage)
      columns.append(usage)
    }
    generation += 1
    return ClusterSnapshot(
      generation: generation, nodes: nodeList.sorted, names: table, columns: columns, usage: usageList,
      podCount: pods.count)
  }

  private mutating func sortedNodes(_ names: [String]) -> (sorted: [Node], columns: NodeColumns) {
    if let cachedNodes { return cachedNodes }
    let sorted = names.compactMap { nodes[$0] }
    let cached = (sorted: sorted, columns: NodeColumns(sorted))
    cachedNodes = cached
    return cached
  }

  private mutating func sortedNames() -> (sorted: [String], table: NameTable) {
    if let cachedNames { return cachedNames }
    let sorted = nodes.keys.sorted()
    let names = (sorted: sorted, table: NameTable(sorted))
    cachedNames = names
    return names
  }
}
