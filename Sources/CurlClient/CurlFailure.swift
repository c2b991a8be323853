/// Why a request or stream did not end well.
///
/// Holds what libcurl said and what was being done, never a header, a body or key material. An HTTP status of 400 and
/// above is not a failure here: it is a response.
package struct CurlFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it was; a bounded set, fit to be a metric label.
  package enum Kind: String, Sendable, CaseIterable {
    /// The request itself is malformed (URL, header, method or an option that libcurl refuses). Not worth a retry.
    case invalidRequest = "invalid_request"
    /// The host name does not resolve.
    case nameResolution = "name_resolution"
    /// No TCP connection within the connect timeout, or refused.
    case connect
    /// The TLS handshake failed, or the peer's certificate does not verify, or our own pair is unusable.
    case tls
    /// The deadline of the request passed.
    case timeout
    /// The connection broke, or ended before the response was complete.
    case truncated
    /// The peer broke HTTP's rules.
    case malformedResponse = "malformed_response"
    /// The response is larger than the request allows, in headers, body or one line.
    case tooLarge = "too_large"
    /// Lines came faster than their reader took them.
    case overflow
    /// The task that waited was cancelled.
    case cancelled
    /// The engine was shut down, or has more transfers than it may hold.
    case unavailable
    /// Anything else that libcurl reports.
    case other
  }

  package var kind: Kind
  /// libcurl's own code (`CURLcode`), where the failure came from libcurl.
  package var libraryCode: UInt32?
  /// What was being done: method and URL without query, such as `GET https://10.0.0.1/api/v1/nodes`.
  package var operation: String
  /// libcurl's text, or ours.
  package var detail: String

  package init(kind: Kind, libraryCode: UInt32? = nil, operation: String, detail: String) {
    self.kind = kind
    self.libraryCode = libraryCode
    self.operation = operation
    self.detail = detail
  }

  package var description: String {
    let code = libraryCode.map { " (curl \($0))" } ?? ""
    return "\(operation): \(detail)\(code)"
  }
}
