import Observability
import Transport

/// Counts what happens on connections: the transport's observer.
final class TransportMetrics: TransportObserver {
  /// Operations by which requests are told apart; a path is a peer's choice and never becomes a label.
  static let operations = Route.allOperations + ["none"]

  private struct Operation: Sendable {
    let duration: Histogram
    let requestBytes: Histogram
    let responseBytes: Histogram
  }

  private let requests: MetricFamily<Counter>
  private let operations: [String: Operation]
  private let none: Operation
  private let handshakes: MetricFamily<Counter>
  private let handshakeDuration: Histogram
  private let limits: [LimitKind: Counter]
  private let connections: (https: Gauge, http: Gauge)
  private let reloads: (ok: Counter, failed: Counter)
  private let expiry: Gauge
  private let abandoned: (http1: Counter, http2: Counter)

  init(in registry: MetricsRegistry) {
    requests = registry.counters(
      metricPrefix + "requests_total",
      help:
        "Requests answered, by operation, status and HTTP version; operation none was refused before its head was read.",
      labels: ["operation", "status", "protocol"])
    let durations = registry.histograms(
      metricPrefix + "request_duration_seconds",
      help: "From the end of a request's headers to its response being handed to the socket.", labels: ["operation"],
      buckets: .latencyNanoseconds)
    let received = registry.histograms(
      metricPrefix + "request_body_bytes", help: "Size of request bodies.", labels: ["operation"], buckets: .bodyBytes)
    let sent = registry.histograms(
      metricPrefix + "response_body_bytes", help: "Size of response bodies.", labels: ["operation"], buckets: .bodyBytes
    )
    func operation(_ name: String) -> Operation {
      Operation(duration: durations.with(name), requestBytes: received.with(name), responseBytes: sent.with(name))
    }
    operations = Dictionary(uniqueKeysWithValues: Route.allOperations.map { ($0, operation($0)) })
    none = operation("none")
    handshakes = registry.counters(
      metricPrefix + "tls_handshakes_total",
      help: "TLS handshakes by result (ok or why they failed), TLS version and negotiated protocol.",
      labels: ["result", "version", "protocol"])
    handshakeDuration = registry.histogram(
      metricPrefix + "tls_handshake_duration_seconds", help: "From accepting a connection to the end of its handshake.",
      buckets: .latencyNanoseconds)
    let limitHits = registry.counters(
      metricPrefix + "limits_hit_total", help: "How often a peer met a limit; docs/configuration.md lists the limits.",
      labels: ["limit"])
    limits = Dictionary(uniqueKeysWithValues: LimitKind.allCases.map { ($0, limitHits.with($0.rawValue)) })
    let open = registry.gauges(
      metricPrefix + "connections", help: "Connections open now, by listener.", labels: ["listener"])
    connections = (open.with("https"), open.with("http"))
    let reloaded = registry.counters(
      metricPrefix + "certificate_reloads_total",
      help: "Changes of the certificate files: ok is in use, failed is broken and the old pair stays.",
      labels: ["result"])
    reloads = (reloaded.with("ok"), reloaded.with("failed"))
    expiry = registry.gauge(
      metricPrefix + "certificate_expiry_timestamp_seconds",
      help: "When the server certificate in use expires, since unix epoch in seconds.")
    let left = registry.counters(
      metricPrefix + "requests_abandoned_total",
      help: "Requests given up by the peer before their response was written.", labels: ["protocol"])
    abandoned = (left.with(HTTPProtocol.http1.metricLabel), left.with(HTTPProtocol.http2.metricLabel))
  }

  func connectionOpened(isSecure: Bool) { (isSecure ? connections.https : connections.http).add(1) }

  func connectionClosed(isSecure: Bool) { (isSecure ? connections.https : connections.http).add(-1) }

  func handshakeFinished(negotiated: HTTPProtocol, tlsVersion: String, durationNanoseconds: Int64) {
    handshakes.with("ok", tlsVersion, negotiated.metricLabel).increment()
    handshakeDuration.observe(UInt64(clamping: durationNanoseconds))
  }

  func handshakeFailed(_ reason: HandshakeFailure) { handshakes.with(reason.rawValue, "", "").increment() }

  func limitHit(_ kind: LimitKind) { limits[kind]?.increment() }

  func certificateReloaded(success: Bool) { (success ? reloads.ok : reloads.failed).increment() }

  func certificateExpiry(unixSeconds: Int64) { expiry.set(Double(unixSeconds)) }

  func requestFinished(_ summary: RequestSummary) {
    let name = summary.operation ?? "none"
    let operation = operations[name] ?? none
    requests.with(operations[name] == nil ? "none" : name, "\(summary.status)", summary.httpVersion.metricLabel)
      .increment()
    operation.duration.observe(UInt64(clamping: summary.durationNanoseconds))
    operation.requestBytes.observe(UInt64(clamping: summary.requestBytes))
    operation.responseBytes.observe(UInt64(clamping: summary.responseBytes))
  }

  func requestAbandoned(httpVersion: HTTPProtocol) {
    (httpVersion == .http1 ? abandoned.http1 : abandoned.http2).increment()
  }
}

extension HTTPProtocol {
  /// The protocol's name in ALPN (RFC 7301 §6), which users know from other servers.
  fileprivate var metricLabel: String {
    switch self {
    case .http1: "http/1.1"
    case .http2: "h2"
    }
  }
}
