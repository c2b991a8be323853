import CurlClient
import NodeCost

/// Carries control-plane calls over libcurl.
struct ControlPlaneTransport: Sendable {
  let engine: CurlEngine
  /// CA certificates as PEM; nil trusts the system's.
  let authorityPEM: [UInt8]?

  /// Makes one call; see ``ControlPlaneRefresher/Environment/transport``.
  func send(_ call: ConnectRequest) async throws -> ConnectResponse {
    let request = HTTPRequest(
      method: "POST", url: call.url, headers: call.headers, body: call.body,
      allowsPlaintext: Self.isLoopback(call.url), timeoutMilliseconds: Int(clamping: call.timeoutMilliseconds),
      acceptsGzip: true, maximumResponseBytes: call.maximumResponseBytes,
      tls: TLSOptions(certificateAuthorityPEM: authorityPEM))
    do {
      let response = try await engine.send(request)
      return ConnectResponse(status: response.status, body: response.body)
    } catch {
      throw ConnectTransportFailure(kind: Self.kind(of: error), message: "\(error)")
    }
  }

  private static func kind(of failure: CurlFailure) -> ConnectTransportFailure.Kind {
    switch failure.kind {
    case .timeout: .timedOut
    case .tooLarge: .tooLarge
    default: .unreachable
    }
  }

  /// Whether a plain-HTTP address stays on this machine. A bearer token must not cross a network in clear text.
  static func isLoopback(_ url: String) -> Bool {
    let scheme = "http://"
    guard url.lowercased().hasPrefix(scheme) else { return false }
    let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let hosts = ["127.0.0.1", "localhost", "[::1]"]
    return hosts.contains { host in
      authority == host || (authority.hasPrefix(host + ":") && Int(authority.dropFirst(host.count + 1)) != nil)
    }
  }
}
