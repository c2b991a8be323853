internal import ClusterModel
package import NodeCost

/// What a user sets about the extender's verbs.
package struct SchedulerConfiguration: Sendable {
  /// The values of `spec.schedulerName` whose pods are ours; empty takes every pod. Extenders are called for the pods of
  /// every profile of a kube-scheduler, so other pods have to be let through.
  package var schedulerNames: [String]
  /// The runtime classes whose pods are live-migratable unless they opt out.
  package var checkpointRuntimeClasses: [String]
  /// What a pod's cost on a node is taken to be, and how the terms of a score are weighed.
  package var scorer: Scorer
  /// The most decisions that are kept for `explain`; 0 keeps none.
  package var explainedDecisions: Int
  /// The most memory, in bytes, that kept decisions take.
  package var explainedBytes: Int

  package init(
    schedulerNames: [String] = [WellKnownName.schedulerName],
    checkpointRuntimeClasses: [String] = [WellKnownName.checkpointRuntimeClass], scorer: Scorer = Scorer(),
    explainedDecisions: Int = 600, explainedBytes: Int = 16 << 20
  ) {
    self.schedulerNames = schedulerNames
    self.checkpointRuntimeClasses = checkpointRuntimeClasses
    self.scorer = scorer
    self.explainedDecisions = explainedDecisions
    self.explainedBytes = explainedBytes
  }

  /// Whether we decide about a pod. One without a scheduler name was sent by somebody who means us: the API server fills
  /// the field in.
  func decides(about pod: Pod) -> Bool {
    schedulerNames.isEmpty || pod.schedulerName.isEmpty || schedulerNames.contains(pod.schedulerName)
  }
}
