/// What a request asks for, by its path alone.
enum Route: String, CaseIterable, Sendable {
  case filter, prioritize, preempt
  case explain, prices
  case metrics, healthz, livez, readyz, version

  /// Operation names for metrics, with those for requests that ask for nothing we have.
  static let allOperations = Route.allCases.map(\.rawValue) + ["unknown"]

  /// The route of a path.
  ///
  /// A verb is the last component, whatever stands before it, since an extender's `urlPrefix` may have a path of its
  /// own; kube-scheduler joins it to the verb as plain text, so doubled slashes occur. The other paths are fixed.
  init?(path: String) {
    let bytes = path.utf8
    guard bytes.first == UInt8(ascii: "/") else { return nil }
    var last = bytes[...]
    if let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { last = bytes[bytes.index(after: slash)...] }
    guard let route = Route(rawValue: String(Substring(last))) else { return nil }
    guard route.isVerb || bytes.count == last.count + 1 else { return nil }
    self = route
  }

  /// Whether this is a verb of the extender contract.
  var isVerb: Bool {
    switch self {
    case .filter, .prioritize, .preempt: true
    default: false
    }
  }

  /// Whether the answer tells of pods, nodes or prices: such routes are for HTTPS, and for known clients where a client
  /// CA is configured.
  var isConfidential: Bool {
    switch self {
    case .filter, .prioritize, .preempt, .explain, .prices: true
    case .metrics, .healthz, .livez, .readyz, .version: false
    }
  }

  /// The one method that the route takes.
  var method: String { isVerb ? "POST" : "GET" }
}
