package import NIOCore

/// The lowest TLS version that a listener accepts. TLS 1.0 and 1.1 are not offered (RFC 8996).
package enum TLSMinimumVersion: String, Sendable, CaseIterable {
  /// TLS 1.2; Go's default, hence kube-scheduler's.
  case tls12 = "1.2"
  /// TLS 1.3.
  case tls13 = "1.3"
}

/// Which files a TLS listener lives by. All are PEM, and are read again while the server runs.
package struct TLSConfiguration: Sendable {
  /// The server certificate, followed by its intermediates (`tls.crt` of a Kubernetes Secret).
  package var certificateFile: String
  /// Its private key, unencrypted (`tls.key`).
  package var privateKeyFile: String
  /// The CA certificates that client certificates are verified by; nil asks clients for none. With a CA, clients are
  /// *asked* for a certificate: one that does not verify ends the handshake, none at all leaves
  /// `ServerRequestHead.peer` nil, and the responder decides.
  package var clientCAFile: String?
  /// The lowest version accepted.
  package var minimumVersion: TLSMinimumVersion
  /// How often the files are looked at. kubelet itself updates a mounted Secret within about a minute.
  package var reloadInterval: TimeAmount

  /// Names the files; nothing is read yet.
  package init(
    certificateFile: String, privateKeyFile: String, clientCAFile: String? = nil,
    minimumVersion: TLSMinimumVersion = .tls12, reloadInterval: TimeAmount = .seconds(10)
  ) {
    self.certificateFile = certificateFile
    self.privateKeyFile = privateKeyFile
    self.clientCAFile = clientCAFile
    self.minimumVersion = minimumVersion
    self.reloadInterval = reloadInterval
  }
}
