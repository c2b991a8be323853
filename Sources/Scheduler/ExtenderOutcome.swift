package import NodeCost
package import WireFormat

/// What one call came to: for metrics and the log, after the answer has been written.
package struct ExtenderOutcome: Sendable {
  /// Label value for metrics.
  package enum Result: String, Sendable, CaseIterable {
    /// Answered; for `filter` and `preempt`, with at least one node.
    case ok
    /// Answered, with no node left of those asked about.
    case rejectedAll = "rejected_all"
    /// The pod belongs to another scheduler: everything was let through.
    case passedThrough = "passed_through"
    /// The arguments could not be read.
    case error
  }

  package let verb: ExtenderVerb
  /// HTTP status of the answer.
  package var status = 200
  package var result = Result.ok
  /// Why the arguments could not be read.
  package var errorReason: WireFormatError.Kind?
  /// The error's text, as it was answered; empty where there was none.
  package var errorMessage = ""
  package var podNamespace = ""
  package var podName = ""
  package var podUID = ""
  package var isLiveMigratable = false
  /// Whether the call carried full nodes rather than names.
  package var carriedFullNodes = false
  /// How many nodes were asked about.
  package var nodesExamined = 0
  /// How many of them the snapshot does not know (names mode).
  package var nodesUnknown = 0
  /// How many nodes got each verdict, by ``Verdict/rawValue``.
  package var verdictCounts: [7 of Int] = [0, 0, 0, 0, 0, 0, 0]
  /// How often each score was given.
  package var scoreCounts: [11 of Int] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  /// How many of the scored nodes had a price of each source, in the order of `PriceSource.allCases`.
  package var priceSourceCounts: [6 of Int] = [0, 0, 0, 0, 0, 0]

  init(verb: ExtenderVerb) {
    self.verb = verb
  }

  /// How many nodes were rejected, for whatever reason.
  package var nodesRejected: Int {
    var sum = 0
    for index in verdictCounts.indices.dropFirst() { sum += verdictCounts[index] }
    return sum
  }

  /// How many of the scored nodes had a price of this source.
  package func count(of source: PriceSource) -> Int { priceSourceCounts[Self.position(of: source)] }

  static func position(of source: PriceSource) -> Int {
    switch source {
    case .annotation: 0
    case .controlPlane: 1
    case .priceFile: 2
    case .catalogue: 3
    case .estimated: 4
    case .assumed: 5
    }
  }
}
