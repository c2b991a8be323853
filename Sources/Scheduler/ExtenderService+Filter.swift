internal import ClusterModel
internal import WireFormat

extension ExtenderService {
  /// Judges every node and answers which ones remain.
  func filter(
    _ arguments: ExtenderArguments, _ body: RawSpan, _ view: SchedulingView, _ writer: inout ResponseWriter,
    _ outcome: inout ExtenderOutcome
  ) {
    let policy = PodPolicy(arguments.pod, configuration: configuration, reservations: view.reservations)
    let verdicts = Self.verdicts(arguments, policy, view)
    outcome.note(arguments, policy)
    outcome.note(verdicts: verdicts, policy)
    ExtenderResults.writeFilter(
      arguments, verdicts: verdicts, rejections: Verdict.rejections, body: body, into: &writer)
    if policy.isOurs {
      decisions.record { DecisionRecord.filter(arguments, policy, verdicts: verdicts, view: view, body: body) }
    }
  }

  /// One verdict a candidate, as its raw value.
  private static func verdicts(
    _ arguments: ExtenderArguments, _ policy: PodPolicy, _ view: SchedulingView
  ) -> [UInt8] {
    var verdicts = [UInt8](repeating: Verdict.accepted.rawValue, count: arguments.candidates.count)
    if policy.acceptsEverything { return verdicts }
    if arguments.nodes == nil, view.reservations.isEmpty {
      judgeByColumn(arguments.candidates, view, into: &verdicts)
      return verdicts
    }
    let nodes = JudgedNodes(view)
    for (place, candidate) in arguments.candidates.enumerated() {
      let node =
        if let full = arguments.nodes { nodes.node(full[place], at: candidate.index) } else {
          nodes.node(at: candidate.index)
        }
      verdicts[place] =
        policy.verdict(
          on: node, reservations: view.reservations,
          areNodesSynced: view.areNodesSynced || arguments.nodes != nil
        ).rawValue
    }
    return verdicts
  }

  /// The verdicts on a live-migratable pod where nothing is reserved and no node is being emptied: all that counts then
  /// is whether a node is known and can checkpoint.
  private static func judgeByColumn(
    _ candidates: [NodeCandidate], _ view: SchedulingView, into verdicts: inout [UInt8]
  ) {
    let isCapable = view.snapshot.columns.isCheckpointCapable
    let unknown = view.areNodesSynced ? Verdict.unknownNode : .nodesNotSynced
    for place in candidates.indices {
      let index = Int(candidates[place].nodeIndex)
      guard index >= 0 else {
        verdicts[place] = unknown.rawValue
        continue
      }
      if !isCapable[index] { verdicts[place] = Verdict.notCheckpointCapable.rawValue }
    }
  }
}

extension ExtenderOutcome {
  /// Notes whom and which nodes a call is about.
  mutating func note(_ arguments: ExtenderArguments, _ policy: PodPolicy) {
    note(arguments.pod, policy)
    carriedFullNodes = arguments.nodes != nil
    nodesExamined = arguments.candidates.count
    if !carriedFullNodes {
      for candidate in arguments.candidates where candidate.nodeIndex < 0 { nodesUnknown += 1 }
    }
  }
}
