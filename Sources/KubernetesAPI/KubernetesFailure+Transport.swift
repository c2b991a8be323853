internal import CurlClient

extension KubernetesFailure {
  init(_ failure: CurlFailure, operation: String) {
    let reason: Reason =
      switch failure.kind {
      case .nameResolution, .connect: .connect
      case .tls: .tls
      case .timeout: .timeout
      case .truncated, .malformedResponse: .truncated
      case .tooLarge, .overflow: .tooLarge
      case .cancelled: .cancelled
      case .invalidRequest: .configuration
      case .unavailable, .other: .other
      }
    self.init(reason, operation: operation, detail: failure.description)
  }

  /// From a response that is not 2xx. The text is the API server's `Status` where there is one; see
  /// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
  init(_ response: HTTPResponse, operation: String) {
    let status = StatusDocument(response.body)
    var detail = status?.message ?? ""
    if detail.isEmpty { detail = StatusDocument.excerpt(response.body) }
    if detail.isEmpty { detail = "the API server answered without a reason" }
    self.init(
      Reason(status: response.status), status: response.status, operation: operation, detail: detail,
      retryAfterSeconds: RetryAfter.seconds(response.headers["Retry-After"]) ?? status?.retryAfterSeconds)
  }
}

/// The `Retry-After` header (RFC 9110 §10.2.3). The API server sends delays in seconds; dates are not understood, as in
/// client-go (rest/request.go).
enum RetryAfter {
  static func seconds(_ value: String?) -> Int? {
    guard let value, let seconds = Int(value), seconds >= 0 else { return nil }
    return seconds
  }
}

/// The parts of a `meta/v1` Status that are shown or obeyed.
struct StatusDocument {
  /// More than the API server ever sends; larger bodies are not read at all.
  private static let maximumBytes = 64 << 10

  var message: String
  var retryAfterSeconds: Int?

  /// Nil where the bytes are no Status.
  init?(_ bytes: [UInt8]) {
    guard bytes.first == UInt8(ascii: "{"), bytes.count <= Self.maximumBytes,
      let document = try? DocumentValue(parsing: bytes), document["kind"]?.text == "Status"
    else { return nil }
    message = Self.oneLine(document["message"]?.text ?? "")
    retryAfterSeconds = RetryAfter.seconds(document["details"]?["retryAfterSeconds"]?.text)
  }

  /// The beginning of a body that is text but no Status, such as a proxy's error page.
  static func excerpt(_ bytes: [UInt8]) -> String {
    oneLine(String(decoding: bytes.prefix(200), as: UTF8.self))
  }

  /// Cut to a length that fits a log line, without control characters.
  private static func oneLine(_ text: String) -> String {
    let printable = text.unicodeScalars.prefix(500).map { scalar in
      scalar.properties.generalCategory == .control ? " " : String(scalar)
    }
    return printable.joined().split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }
}
