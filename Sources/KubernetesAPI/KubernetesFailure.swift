/// Why something towards a Kubernetes API did not work: what was done, to which object, and what the other side said.
///
/// Never holds tokens, keys, or content of objects.
package struct KubernetesFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// A bounded set, fit to be a metric label.
  package enum Reason: String, Sendable, CaseIterable {
    /// Kubeconfig or service account files that cannot be used. Nothing but a change of them helps.
    case configuration
    /// A token, certificate or credential plugin that yields nothing now.
    case credentials
    /// Name resolution, TCP.
    case connect
    /// TLS handshake or verification, either way.
    case tls
    /// No answer in time.
    case timeout
    /// The connection broke, or a response was not complete.
    case truncated
    /// 401.
    case unauthorized
    /// 403: a role is missing.
    case forbidden
    /// 404.
    case notFound = "not_found"
    /// 409.
    case conflict
    /// 410: the resource version or continue token is no longer known.
    case expired
    /// 429.
    case throttled
    /// Any other 4xx.
    case rejected
    /// 5xx.
    case server
    /// The answer is not what the codec expects.
    case undecodable
    /// A limit on size or number was reached.
    case tooLarge = "too_large"
    /// A watch that ended at once without saying anything.
    case shortWatch = "short_watch"
    case cancelled
    case other
  }

  package var reason: Reason
  /// The HTTP status, where there was one.
  package var status: Int?
  /// What was done, such as `list nodes`.
  package var operation: String
  package var detail: String
  /// What the server's `Retry-After` asks for, in seconds.
  package var retryAfterSeconds: Int?

  package init(
    _ reason: Reason, status: Int? = nil, operation: String, detail: String, retryAfterSeconds: Int? = nil
  ) {
    self.reason = reason
    self.status = status
    self.operation = operation
    self.detail = detail
    self.retryAfterSeconds = retryAfterSeconds
  }

  package var description: String {
    let status = status.map { " (HTTP \($0))" } ?? ""
    return "\(operation): \(detail)\(status)"
  }
}

extension KubernetesFailure.Reason {
  /// Sorts HTTP statuses of 400 and above.
  package init(status: Int) {
    switch status {
    case 401: self = .unauthorized
    case 403: self = .forbidden
    case 404: self = .notFound
    case 409: self = .conflict
    case 410: self = .expired
    case 429: self = .throttled
    case 500...599: self = .server
    default: self = .rejected
    }
  }
}
