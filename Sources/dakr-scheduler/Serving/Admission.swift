import Transport

/// Who may ask for what, decided by a request's headers before its body is read.
struct Admission: Sendable {
  /// Whether confidential routes need a verified client certificate.
  let needsClientCertificate: Bool
  /// Names of which the certificate must have one; empty allows every verified certificate.
  let allowedNames: Set<String>

  enum Verdict {
    case go(Route)
    case refuse(ServerResponse)
  }

  func decide(_ head: ServerRequestHead) -> Verdict {
    guard let route = Route(path: head.path) else {
      return .refuse(
        .text(
          404,
          "no such path; the verbs are filter, prioritize and preempt, the others are /explain, /prices, /metrics, /healthz, /livez, /readyz and /version",
          operation: "unknown"))
    }
    let operation = route.rawValue
    guard !route.isConfidential || head.isSecure else {
      return .refuse(.text(404, "\(operation) is answered by HTTPS only", operation: operation))
    }
    guard head.method == route.method else {
      var response = ServerResponse.text(405, "\(operation) takes \(route.method)", operation: operation)
      response.extraHeaders = [(name: "allow", value: route.method)]
      return .refuse(response)
    }
    if route.isConfidential, let refusal = refusal(of: head.peer, operation) { return .refuse(refusal) }
    if route.isVerb, let refusal = Self.refusal(ofContent: head, operation) { return .refuse(refusal) }
    return .go(route)
  }

  private func refusal(of peer: PeerIdentity?, _ operation: String) -> ServerResponse? {
    guard needsClientCertificate else { return nil }
    guard let peer else {
      return .text(
        401, "\(operation) needs a client certificate; set tlsConfig.certFile and keyFile of the extender",
        operation: operation)
    }
    guard !allowedNames.isEmpty else { return nil }
    let names = (peer.commonName.map { [$0] } ?? []) + peer.dnsNames + peer.uriNames
    guard !names.contains(where: allowedNames.contains) else { return nil }
    return .text(403, "the client certificate has none of the allowed names", operation: operation)
  }

  /// kube-scheduler always sends exactly `application/json`. Parameters are let through, other types are not: a body
  /// that claims to be something else is not what the verbs read.
  private static func refusal(ofContent head: ServerRequestHead, _ operation: String) -> ServerResponse? {
    if head.contentType == "application/json", head.contentEncoding == nil { return nil }
    let type = (head.contentType ?? "").split(separator: ";", maxSplits: 1).first?.trimmingBlanks().lowercased() ?? ""
    guard type == "application/json" else {
      return .text(415, "\(operation) takes Content-Type: application/json", operation: operation)
    }
    guard head.contentEncoding == nil || head.contentEncoding?.lowercased() == "identity" else {
      return .text(415, "\(operation) takes no Content-Encoding", operation: operation)
    }
    return nil
  }
}
