internal import ClusterModel
internal import WireFormat

extension ExtenderService {
  /// Takes away the nodes on which the pod could not run even with its victims gone; victims are left as they are.
  ///
  /// A call has names only, in either mode: what is known of the nodes is what the snapshot has. Where that is nothing
  /// (nodeCacheCapable false, without access to the API) a live-migratable pod preempts nowhere, since nothing is proven,
  /// and any other pod where kube-scheduler would. Where room is reserved, the pod has to fit beside it before any victim
  /// leaves, because the meta form does not say what victims take.
  func preempt(
    _ arguments: PreemptionArguments, _ body: RawSpan, _ view: SchedulingView, _ writer: inout ResponseWriter,
    _ outcome: inout ExtenderOutcome
  ) {
    let policy = PodPolicy(arguments.pod, configuration: configuration, reservations: view.reservations)
    let nodes = JudgedNodes(view)
    let verdicts = arguments.candidates.map { candidate in
      policy.verdict(
        on: nodes.node(at: candidate.index), reservations: view.reservations, areNodesSynced: view.areNodesSynced
      ).rawValue
    }
    outcome.note(arguments.pod, policy)
    outcome.nodesExamined = arguments.candidates.count
    outcome.nodesUnknown = arguments.candidates.count { $0.index == nil }
    outcome.note(verdicts: verdicts, policy)
    let isOffered = zip(arguments.candidates, verdicts).map { candidate, verdict in
      candidate.isComplete && verdict == Verdict.accepted.rawValue
    }
    if policy.isOurs, !isOffered.isEmpty, !isOffered.contains(true) { outcome.result = .rejectedAll }
    ExtenderResults.writePreemption(arguments.candidates, isOffered: isOffered, body: body, into: &writer)
    if policy.isOurs {
      decisions.record { DecisionRecord.preemption(arguments, policy, verdicts: verdicts, view: view, body: body) }
    }
  }
}
