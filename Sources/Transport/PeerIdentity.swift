/// Who the peer is, by a client certificate that the configured client CA vouches for.
///
/// Names are compared by whoever decides on access; none of them holds a NUL byte.
package struct PeerIdentity: Sendable, Equatable {
  /// The subject's most specific common name (the last CN of the distinguished name), where there is one.
  package let commonName: String?
  /// Subject alternative names of type dNSName, in the order of the certificate.
  package let dnsNames: [String]
  /// Subject alternative names of type uniformResourceIdentifier (SPIFFE identities among them), in order.
  package let uriNames: [String]

  /// Composes an identity; tests of access rules need no certificate for it.
  package init(commonName: String?, dnsNames: [String] = [], uriNames: [String] = []) {
    self.commonName = commonName
    self.dnsNames = dnsNames
    self.uriNames = uriNames
  }
}
