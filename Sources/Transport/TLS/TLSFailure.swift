internal import COpenSSL

/// What went wrong in TLS: the step, the object, and libssl's own words. Never holds key material.
package struct TLSFailure: Error, CustomStringConvertible {
  /// The step that failed.
  package enum Code: Sendable, Equatable {
    /// A file is missing, unreadable or too large.
    case file
    /// The certificate file holds no certificate that can be parsed.
    case certificate
    /// The private key file holds no key that can be parsed; encrypted keys are not supported.
    case privateKey
    /// Key and certificate do not belong together: half-rotated, as a rule.
    case keyMismatch
    /// The client CA file holds no certificate that can be parsed.
    case clientCA
    /// libssl refused a setting, or memory ran out.
    case library
    /// The peer broke the protocol.
    case peer
  }

  /// The step that failed.
  package let code: Code
  /// What was being done, to which file.
  package let operation: String
  /// libssl's text; empty where libssl had nothing to do with it.
  package let libraryText: String
  /// libssl's reason number (`SSL_R_*`), 0 for none.
  let reason: Int32

  /// One sentence for a log.
  package var description: String {
    libraryText.isEmpty ? operation : "\(operation) (OpenSSL: \(libraryText))"
  }

  init(_ code: Code, _ operation: String) {
    self.code = code
    self.operation = operation
    self.libraryText = ""
    self.reason = 0
  }

  /// Takes the first entry of this thread's OpenSSL error queue, which is the root cause, and empties the queue.
  static func draining(_ code: Code, _ operation: String) -> TLSFailure {
    let first = ERR_get_error()
    guard first != 0 else { return TLSFailure(code, operation) }
    let text = errorText(first)
    let reason = COpenSSL_error_reason(first)
    ERR_clear_error()
    return TLSFailure(code, operation, libraryText: text, reason: reason)
  }

  private init(_ code: Code, _ operation: String, libraryText: String, reason: Int32) {
    self.code = code
    self.operation = operation
    self.libraryText = libraryText
    self.reason = reason
  }

  private static func errorText(_ code: UInt) -> String {
    guard let reason = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
    return unsafe String(cString: reason)
  }
}
