import Testing

/// Everything that runs against a real kube-scheduler. One after the other: nodes belong to the whole cluster, and every
/// kube-scheduler sees all of them.
@Suite(.serialized) enum EndToEnd {}

extension Tag {
  /// Takes more than half a minute on two cores.
  @Tag static var long: Self
}
