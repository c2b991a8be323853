/// One address that a server listens on.
package struct Listener: Sendable {
  /// For logs and `BoundListener`.
  package var name: String
  /// An IP address or a host name ("0.0.0.0", "::", "localhost").
  package var host: String
  /// 0 for any free port.
  package var port: Int
  /// With it: HTTPS, HTTP/2 and HTTP/1.1 by ALPN. Without: plain HTTP/1.1.
  package var tls: TLSConfiguration?
  /// Answers what comes here.
  package var responder: any RequestResponder

  /// Describes a listener; nothing is bound yet.
  package init(name: String, host: String, port: Int, tls: TLSConfiguration? = nil, responder: any RequestResponder) {
    self.name = name
    self.host = host
    self.port = port
    self.tls = tls
    self.responder = responder
  }
}

/// Where a listener listens in fact.
package struct BoundListener: Sendable, Equatable {
  /// `Listener.name`
  package let name: String
  /// The local IP address.
  package let host: String
  /// The port, also where `Listener.port` was 0.
  package let port: Int
}

/// Why a server does not start.
package struct ServerFailure: Error, CustomStringConvertible {
  /// What failed on which listener, and what to do about it.
  package let description: String
}
