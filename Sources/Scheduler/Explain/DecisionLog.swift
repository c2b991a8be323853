internal import ClusterModel
internal import NodeCost
internal import Synchronization

/// The latest decisions, bounded in number and in memory. Usable by any thread.
package final class DecisionLog: Sendable {
  private struct Ring {
    /// Oldest first from `head`; the slots before it are nil and are cut off now and then.
    var records: [DecisionRecord?] = []
    /// The bytes that each record was counted with.
    var charges: [Int] = []
    var head = 0
    var byteCount = 0

    var count: Int { records.count - head }

    /// What a record's name table and columns add: nothing where the record before has the same ones. (Of those that the
    /// oldest records share, the charge goes with the first of them; the snapshot in use usually holds them, too.)
    func bytesNotShared(_ record: DecisionRecord) -> Int {
      let last = records.last ?? nil
      var bytes = 0
      if let table = record.nameTable, last?.nameTable.map({ $0.isShared(with: table) }) != true {
        bytes += table.byteCount
      }
      if last?.columns.isShared(with: record.columns) != true { bytes += record.columns.byteCount }
      return bytes
    }

    mutating func removeOldest() {
      byteCount -= charges[head]
      records[head] = nil
      head += 1
      if head > 64, head * 2 > records.count {
        records.removeFirst(head)
        charges.removeFirst(head)
        head = 0
      }
    }
  }

  private let maximumCount: Int
  private let maximumBytes: Int
  private let ring = Mutex(Ring())

  init(maximumCount: Int, maximumBytes: Int) {
    self.maximumCount = maximumCount
    self.maximumBytes = maximumBytes
  }

  /// Keeps a decision, which is made only where any are kept. One that is larger than everything that may be kept is not.
  func record(_ make: () -> DecisionRecord) {
    guard maximumCount > 0 else { return }
    let record = make()
    guard record.byteCount + record.columns.byteCount <= maximumBytes else { return }
    ring.withLock { ring in
      let charge = record.byteCount + ring.bytesNotShared(record)
      ring.records.append(record)
      ring.charges.append(charge)
      ring.byteCount += charge
      while ring.count > maximumCount || ring.count > 0 && ring.byteCount > maximumBytes { ring.removeOldest() }
    }
  }

  /// How many decisions are kept, and how many bytes they take.
  package var size: (count: Int, bytes: Int) { ring.withLock { ($0.count, $0.byteCount) } }

  /// The pods that were decided about last, newest first, each once.
  package func recentPods(limit: Int) -> [(namespace: String, name: String)] {
    var seen: Set<String> = []
    var pods: [(namespace: String, name: String)] = []
    for record in ring.withLock({ $0.records }).reversed() {
      guard pods.count < limit else { break }
      guard let record, seen.insert("\(record.podNamespace)/\(record.podName)").inserted else { continue }
      pods.append((record.podNamespace, record.podName))
    }
    return pods
  }

  /// What was decided last about a pod; nil where nothing of it is kept.
  ///
  /// The newest filter, and the prioritize or preempt that followed it. Of two pods of one name only the newer one counts.
  package func explanation(namespace: String, name: String) -> PodExplanation? {
    let records = ring.withLock { $0.records }.compactMap { $0 }
      .filter { $0.podName == name && $0.podNamespace == namespace }
    guard let newest = records.last else { return nil }
    let ofPod = records.filter { $0.podUID == newest.podUID }
    let lastFilter = ofPod.lastIndex { $0.verb == .filter }
    let attempt = lastFilter.map { Array(ofPod[$0...]) } ?? ofPod
    var latest: [DecisionRecord] = []
    for verb in ExtenderVerb.allCases {
      if let record = attempt.last(where: { $0.verb == verb }) { latest.append(record) }
    }
    return PodExplanation(latest)
  }
}
