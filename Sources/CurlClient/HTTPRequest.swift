/// One HTTP request as ``CurlEngine`` performs it. A value: nothing is shared with the engine once it is handed over.
///
/// Redirects are never followed, proxies and netrc files of the environment are ignored, and at least TLS 1.2 is used.
package struct HTTPRequest: Sendable, CustomStringConvertible {
  /// Which HTTP versions may be spoken.
  package enum Version: Sendable {
    /// HTTP/2 where the server offers it over TLS, otherwise HTTP/1.1.
    case automatic
    /// HTTP/1.1 on a connection that no other transfer shares.
    case http1
    /// HTTP/2 without negotiation, which is the only way to speak it over plain TCP (RFC 9113 §3.3).
    case http2PriorKnowledge
  }

  /// The method, in capitals: an RFC 9110 §5.6.2 token.
  package var method: String
  /// An absolute `https` (or, with ``allowsPlaintext``, `http`) URL, percent-encoded, without user information.
  package var url: String
  /// Header fields in the order in which they are sent. Names and values are checked against RFC 9110 §5.5.
  package var headers: [(name: String, value: String)]
  /// The request's content. Above 64 KiB it is sent over HTTP/1.1, since libcurl before 8.0 spins on large HTTP/2
  /// uploads (curl commit d9ccc75).
  package var body: [UInt8]
  /// Whether `http://` URLs are allowed. Off by default: tokens must not leave in clear text by a typing error.
  package var allowsPlaintext: Bool
  /// Milliseconds from start to the last byte of the response, at least 1.
  package var timeoutMilliseconds: Int
  /// Milliseconds for name resolution, TCP and TLS together, at least 1.
  package var connectTimeoutMilliseconds: Int
  /// Whether the response may be gzip; it is unpacked before it is returned.
  package var acceptsGzip: Bool
  /// The most bytes of content, after unpacking, that are taken; beyond it the request fails with `tooLarge`.
  package var maximumResponseBytes: Int
  package var tls: TLSOptions
  package var version: Version

  package init(
    method: String = "GET",
    url: String,
    headers: [(name: String, value: String)] = [],
    body: [UInt8] = [],
    allowsPlaintext: Bool = false,
    timeoutMilliseconds: Int = 30_000,
    connectTimeoutMilliseconds: Int = 10_000,
    acceptsGzip: Bool = false,
    maximumResponseBytes: Int = 64 << 20,
    tls: TLSOptions = TLSOptions(),
    version: Version = .automatic
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.allowsPlaintext = allowsPlaintext
    self.timeoutMilliseconds = timeoutMilliseconds
    self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
    self.acceptsGzip = acceptsGzip
    self.maximumResponseBytes = maximumResponseBytes
    self.tls = tls
    self.version = version
  }

  /// Method and URL without query: header values and bodies may hold secrets.
  package var description: String {
    let withoutQuery = url.prefix { $0 != "?" && $0 != "#" }
    // Whatever precedes an "@" in the authority would be user information, which validation refuses later.
    guard !withoutQuery.contains("@") else { return "\(method) <URL with user information>" }
    return "\(method) \(withoutQuery)"
  }
}

/// How the peer is verified and how we identify ourselves to it.
///
/// Certificates and keys are given as PEM bytes, not paths: libcurl compares blobs when it decides whether to reuse a
/// connection, and never caches a CA that was given as a blob, so rotated files take effect at the next request.
package struct TLSOptions: Sendable, Equatable, CustomStringConvertible {
  /// The certificate authorities that may sign the peer's certificate; nil means the system's.
  package var certificateAuthorityPEM: [UInt8]?
  /// Our own certificate chain; nil where we do not identify ourselves by one. Needs ``clientKeyPEM``.
  package var clientCertificatePEM: [UInt8]?
  /// The private key of ``clientCertificatePEM``.
  package var clientKeyPEM: [UInt8]?
  /// The name that is sent (SNI) and verified instead of the URL's host; kubeconfig's `tls-server-name`.
  package var serverName: String?
  /// Accept any certificate. Only for kubeconfig's `insecure-skip-tls-verify`.
  package var skipsVerification: Bool

  package init(
    certificateAuthorityPEM: [UInt8]? = nil,
    clientCertificatePEM: [UInt8]? = nil,
    clientKeyPEM: [UInt8]? = nil,
    serverName: String? = nil,
    skipsVerification: Bool = false
  ) {
    self.certificateAuthorityPEM = certificateAuthorityPEM
    self.clientCertificatePEM = clientCertificatePEM
    self.clientKeyPEM = clientKeyPEM
    self.serverName = serverName
    self.skipsVerification = skipsVerification
  }

  /// Says which parts are set, never what they hold.
  package var description: String {
    let authority = certificateAuthorityPEM == nil ? "system roots" : "own CA"
    let identity = clientCertificatePEM == nil ? "no client certificate" : "client certificate"
    let name = serverName.map { ", server name \($0)" } ?? ""
    return "\(skipsVerification ? "unverified" : authority), \(identity)\(name)"
  }
}
