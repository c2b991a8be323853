/// What kube-scheduler asks of an extender. `bind` is not offered: kube-scheduler binds itself.
package enum ExtenderVerb: String, Sendable, CaseIterable {
  case filter
  case prioritize
  case preempt

  /// The verb whose name is the last component of a request's path, or nil.
  package init?(pathComponent: some StringProtocol) {
    guard let verb = Self.allCases.first(where: { $0.rawValue == pathComponent }) else { return nil }
    self = verb
  }
}
