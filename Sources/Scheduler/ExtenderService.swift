internal import ClusterModel
internal import NodeCost
package import WireFormat

/// Answers kube-scheduler's extender calls from one immutable view: bytes in, bytes out.
///
/// Stateless but for the log of decisions; usable by any number of threads. It waits for nothing, and nothing is taken by
/// being asked: in kube-scheduler `filter` is advisory.
package struct ExtenderService: Sendable {
  package let configuration: SchedulerConfiguration
  /// The decisions kept for `explain`.
  package let decisions: DecisionLog
  /// Full nodes of earlier requests.
  private let carriedNodes = CarriedNodeCache()

  /// The labels that are read of full nodes.
  private static let nodeLabels = KeyFilter(NodePricingFacts.labelKeys + [WellKnownName.checkpointNodeLabel])

  /// The most characters of an error that are answered: it ends up in a pod's event, of which 1,024 bytes are kept.
  private static let errorLength = 400

  package init(configuration: SchedulerConfiguration) {
    self.configuration = configuration
    decisions = DecisionLog(
      maximumCount: configuration.explainedDecisions, maximumBytes: configuration.explainedBytes)
  }

  /// Answers one call. Nothing has been appended to `sink` before the whole body has been read and judged.
  ///
  /// Arguments that cannot be read are answered in the form in which kube-scheduler shows them: `filter` with status 200
  /// and `Error`, because it reads a body only then and shows that field; `prioritize` and `preempt`, whose answers have no
  /// such field, with status 400.
  ///
  /// - Parameters:
  ///   - body: the request's whole body.
  ///   - view: the view to answer from.
  ///   - sink: where the answer's body goes; the answer's content type is `application/json`.
  package func respond<Sink: ResponseSink>(
    to verb: ExtenderVerb, body: RawSpan, view: SchedulingView, into sink: inout Sink
  ) -> ExtenderOutcome {
    var outcome = ExtenderOutcome(verb: verb)
    var writer = ResponseWriter()
    do throws(WireFormatError) {
      switch verb {
      case .filter:
        let carried = carriedNodes.load(view.priceBook)
        let arguments = try read(body, view, carried)
        filter(arguments, body, view, &writer, &outcome)
        carriedNodes.add(arguments.newNodes, book: view.priceBook)
      case .prioritize:
        let carried = carriedNodes.load(view.priceBook)
        let arguments = try read(body, view, carried)
        prioritize(arguments, carried, body, view, &writer, &outcome)
        carriedNodes.add(arguments.newNodes, book: view.priceBook)
      case .preempt:
        let arguments = try PreemptionArguments.read(body, names: view.snapshot.names)
        preempt(arguments, body, view, &writer, &outcome)
      }
    } catch {
      outcome.result = .error
      outcome.errorReason = error.kind
      outcome.errorMessage = String(
        "dakr-scheduler cannot read the arguments of \(verb.rawValue): \(error)".prefix(Self.errorLength))
      outcome.status = verb == .filter ? 200 : 400
      ExtenderResults.writeError(outcome.errorMessage, into: &writer)
    }
    writer.finish(into: &sink)
    return outcome
  }

  private func read(
    _ body: RawSpan, _ view: SchedulingView, _ carried: CarriedNodes
  ) throws(WireFormatError) -> ExtenderArguments {
    try ExtenderArguments.read(
      body, names: view.snapshot.names, nodeLabels: Self.nodeLabels, known: carried.known)
  }
}

extension ExtenderOutcome {
  /// Notes whom a call is about.
  mutating func note(_ pod: Pod, _ policy: PodPolicy) {
    podNamespace = pod.namespace
    podName = pod.name
    podUID = pod.uid
    isLiveMigratable = policy.isLiveMigratable
  }

  /// Notes verdicts, and what they come to.
  mutating func note(verdicts: [UInt8], _ policy: PodPolicy) {
    // Counting what is rarer: additions to one place in memory wait for each other.
    var rejected = 0
    for verdict in verdicts where verdict != 0 {
      verdictCounts[Int(verdict)] += 1
      rejected += 1
    }
    verdictCounts[0] += verdicts.count - rejected
    if !policy.isOurs {
      result = .passedThrough
    } else if !verdicts.isEmpty, verdictCounts[0] == 0 {
      result = .rejectedAll
    }
  }
}
