/// One answered request, as metrics and logs need it.
package struct RequestSummary: Sendable {
  /// The request's method and path, as sent by the peer: unbounded, so never a metric label. Empty where a request
  /// was refused before its head could be read.
  package let method: String
  /// See `method`.
  package let path: String
  /// `ServerResponse.operation`; nil where the transport itself answered (431, 413, 408, 503, 400).
  package let operation: String?
  /// The response's status.
  package let status: Int
  /// How the request came.
  package let httpVersion: HTTPProtocol
  /// Whether it came by TLS.
  package let isSecure: Bool
  /// Body bytes received.
  package let requestBytes: Int
  /// Body bytes sent.
  package let responseBytes: Int
  /// From the end of the request's headers to the last byte of the response being handed to the socket.
  package let durationNanoseconds: Int64
}

/// Why a TLS handshake failed. The raw value is stable and serves as a metric label.
package enum HandshakeFailure: String, Sendable, CaseIterable {
  /// Not done within `Limits.handshakeTimeout`.
  case timeout
  /// The peer went away; load balancers' and kubelet's TCP probes do.
  case peerClosed = "peer_closed"
  /// What came is not TLS; a client configured with `http://` for the HTTPS port, or a port scanner.
  case notTLS = "not_tls"
  /// The peer offers no TLS version that we allow.
  case protocolVersion = "protocol_version"
  /// The peer offers no cipher suite, group or signature algorithm that we allow.
  case noSharedParameters = "no_shared_parameters"
  /// The peer offers application protocols, but neither `h2` nor `http/1.1`.
  case applicationProtocol = "application_protocol"
  /// The peer's certificate does not verify by our client CA, is expired, or holds a name with a NUL byte.
  case clientCertificate = "client_certificate"
  /// The peer refused our certificate (its alert says so): it trusts another CA, or another name.
  case certificateRefused = "certificate_refused"
  /// Refused for `Limits.maxConcurrentHandshakes` or `maxHandshakeBytes`.
  case limit
  /// Any other protocol violation.
  case other
}

/// What happens in the transport, for metrics and logs.
///
/// Every method may be called on any thread, must not block, and has a default that does nothing.
package protocol TransportObserver: Sendable {
  /// A connection was accepted (TLS not yet done, where there is TLS).
  func connectionOpened(isSecure: Bool)
  /// A connection that was opened is gone.
  func connectionClosed(isSecure: Bool)
  /// A TLS handshake succeeded, in `durationNanoseconds` from accept.
  func handshakeFinished(negotiated: HTTPProtocol, tlsVersion: String, durationNanoseconds: Int64)
  /// A TLS handshake failed.
  func handshakeFailed(_ reason: HandshakeFailure)
  /// A peer met a limit.
  func limitHit(_ kind: LimitKind)
  /// The certificate files changed: the new ones are in use (true), or are broken and the old ones stay (false; called
  /// again at each poll while they are broken).
  func certificateReloaded(success: Bool)
  /// When the certificate in use expires. Called at start and after each successful reload.
  func certificateExpiry(unixSeconds: Int64)
  /// A response was written.
  func requestFinished(_ summary: RequestSummary)
  /// A request was given up before its response was written: the peer reset the stream or closed the connection.
  func requestAbandoned(httpVersion: HTTPProtocol)
}

extension TransportObserver {
  package func connectionOpened(isSecure: Bool) {}
  package func connectionClosed(isSecure: Bool) {}
  package func handshakeFinished(negotiated: HTTPProtocol, tlsVersion: String, durationNanoseconds: Int64) {}
  package func handshakeFailed(_ reason: HandshakeFailure) {}
  package func limitHit(_ kind: LimitKind) {}
  package func certificateReloaded(success: Bool) {}
  package func certificateExpiry(unixSeconds: Int64) {}
  package func requestFinished(_ summary: RequestSummary) {}
  package func requestAbandoned(httpVersion: HTTPProtocol) {}
}

/// Observes nothing.
package struct SilentObserver: TransportObserver {
  /// No state.
  package init() {}
}
