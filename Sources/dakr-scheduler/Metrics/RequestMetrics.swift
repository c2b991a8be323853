import Observability
import Transport

/// Counts and measures requests by operation.
///
/// A path is a peer's choice and never becomes a label: what we do not serve is the operation `unknown`, what was refused
/// before its head was read is `none`.
struct RequestMetrics: Sendable {
  private struct Operation: Sendable {
    /// Requests answered with 200, the common case, by HTTP version: looked up beforehand.
    let succeeded: [HTTPProtocol: Counter]
    let duration: Histogram
    let requestBytes: Histogram
    let responseBytes: Histogram
  }

  private static let none = "none"

  private let requests: MetricFamily<Counter>
  private let operations: [String: Operation]
  private let abandoned: [HTTPProtocol: Counter]

  init(in registry: MetricsRegistry) {
    let requests = registry.counters(
      metricPrefix + "requests_total",
      help:
        "Requests answered, by operation, status and HTTP version; operation none was refused before its head was read.",
      labels: ["operation", "status", "protocol"], maximumSeries: 1_000)
    let durations = registry.histograms(
      metricPrefix + "request_duration_seconds",
      help: "From the end of a request's headers to its response being handed to the socket.", labels: ["operation"],
      buckets: .latencyNanoseconds)
    let received = registry.histograms(
      metricPrefix + "request_body_bytes", help: "Size of request bodies.", labels: ["operation"], buckets: .bodyBytes)
    let sent = registry.histograms(
      metricPrefix + "response_body_bytes", help: "Size of response bodies.", labels: ["operation"],
      buckets: .bodyBytes)
    let names = Route.allOperations + [Self.none]
    let operations = names.map { name in
      let versions = Route(rawValue: name) == nil ? [] : HTTPProtocol.allCases
      let succeeded = versions.map { ($0, requests.with(name, "200", $0.metricLabel)) }
      let operation = Operation(
        succeeded: Dictionary(uniqueKeysWithValues: succeeded), duration: durations.with(name),
        requestBytes: received.with(name), responseBytes: sent.with(name))
      return (name, operation)
    }
    self.requests = requests
    self.operations = Dictionary(uniqueKeysWithValues: operations)
    let left = registry.counters(
      metricPrefix + "requests_abandoned_total",
      help: "Requests given up by the peer before their response was written.", labels: ["protocol"])
    abandoned = Dictionary(uniqueKeysWithValues: HTTPProtocol.allCases.map { ($0, left.with($0.metricLabel)) })
  }

  /// Counts an answered request.
  func count(_ summary: RequestSummary) {
    var name = summary.operation ?? Self.none
    if operations[name] == nil { name = Self.none }
    guard let operation = operations[name] else { return }
    if summary.status == 200, let counter = operation.succeeded[summary.httpVersion] {
      counter.increment()
    } else {
      requests.with(name, "\(summary.status)", summary.httpVersion.metricLabel).increment()
    }
    operation.duration.observe(UInt64(clamping: summary.durationNanoseconds))
    operation.requestBytes.observe(UInt64(clamping: summary.requestBytes))
    operation.responseBytes.observe(UInt64(clamping: summary.responseBytes))
  }

  /// Counts a request that its peer gave up.
  func countAbandoned(_ version: HTTPProtocol) { abandoned[version]?.increment() }
}

extension HTTPProtocol {
  /// The protocol's name in ALPN (RFC 7301 §6), which users know from other servers.
  var metricLabel: String {
    switch self {
    case .http1: "http/1.1"
    case .http2: "h2"
    }
  }
}
