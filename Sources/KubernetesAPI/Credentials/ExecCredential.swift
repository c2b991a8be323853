internal import WireFormat

/// What a credential plugin printed: `ExecCredential` of `client.authentication.k8s.io`.
struct ExecCredential: Sendable, Equatable {
  var token: String?
  /// PEM.
  var clientCertificate: [UInt8]?
  /// PEM.
  var clientKey: [UInt8]?
  /// Seconds since 1970; nil where the credential is good until the server refuses it.
  var expiresUnixSeconds: Int64?

  struct Unusable: Error, Equatable {
    var detail: String
  }

  init(parsing output: [UInt8], apiVersion: String) throws(Unusable) {
    let document: DocumentValue
    do throws(DocumentValue.Unreadable) {
      document = try DocumentValue(parsing: output)
    } catch {
      throw Unusable(detail: "its output cannot be read: \(error.detail)")
    }
    guard document["kind"]?.text == "ExecCredential" else { throw Unusable(detail: "its output is no ExecCredential") }
    guard document["apiVersion"]?.text == apiVersion else {
      throw Unusable(detail: "its output is not of apiVersion \(apiVersion), which the kubeconfig asks for")
    }
    guard let status = document["status"] else { throw Unusable(detail: "its output has no status") }
    token = status["token"]?.text
    clientCertificate = status["clientCertificateData"]?.text.map { Array($0.utf8) }
    clientKey = status["clientKeyData"]?.text.map { Array($0.utf8) }
    guard (clientCertificate == nil) == (clientKey == nil) else {
      throw Unusable(detail: "its output has only one of clientCertificateData and clientKeyData")
    }
    guard token != nil || clientCertificate != nil else {
      throw Unusable(detail: "its output has neither a token nor a client certificate")
    }
    guard let expiration = status["expirationTimestamp"]?.text else { return }
    guard let seconds = Timestamp.unixSeconds(expiration) else {
      throw Unusable(detail: "its expirationTimestamp is not an RFC 3339 time")
    }
    expiresUnixSeconds = seconds
  }
}
