import Observability
import Synchronization
import Transport

/// Counts what happens on connections: the transport's observer.
final class TransportMetrics: TransportObserver {
  private let requests: RequestMetrics
  private let handshakes: MetricFamily<Counter>
  private let handshakeDuration: Histogram
  private let limits: [LimitKind: Counter]
  private let connections: (https: Gauge, http: Gauge)
  private let reloads: (ok: Counter, failed: Counter)
  private let expiry: Gauge
  /// Whether the certificate files are broken now; the pair read before stays in use.
  private let certificateIsBroken = Atomic<Bool>(false)

  init(in registry: MetricsRegistry) {
    requests = RequestMetrics(in: registry)
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
  }

  func connectionOpened(isSecure: Bool) { (isSecure ? connections.https : connections.http).add(1) }

  func connectionClosed(isSecure: Bool) { (isSecure ? connections.https : connections.http).add(-1) }

  func handshakeFinished(negotiated: HTTPProtocol, tlsVersion: String, durationNanoseconds: Int64) {
    handshakes.with("ok", tlsVersion, negotiated.metricLabel).increment()
    handshakeDuration.observe(UInt64(clamping: durationNanoseconds))
  }

  func handshakeFailed(_ reason: HandshakeFailure) { handshakes.with(reason.rawValue, "", "").increment() }

  func limitHit(_ kind: LimitKind) { limits[kind]?.increment() }

  func certificateReloaded(success: Bool) {
    (success ? reloads.ok : reloads.failed).increment()
    certificateIsBroken.store(!success, ordering: .relaxed)
  }

  func certificateExpiry(unixSeconds: Int64) { expiry.set(Double(unixSeconds)) }

  func requestFinished(_ summary: RequestSummary) { requests.count(summary) }

  func requestAbandoned(httpVersion: HTTPProtocol) { requests.countAbandoned(httpVersion) }

  /// Fails never, since the pair that was read before serves on; says where a renewed one is broken.
  var certificateCheck: HealthCheck {
    HealthCheck(
      name: "tls", problem: { nil },
      note: {
        self.certificateIsBroken.load(ordering: .relaxed)
          ? "the renewed certificate files are broken, the pair read before stays in use" : nil
      })
  }
}
