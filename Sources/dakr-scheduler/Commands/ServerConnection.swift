import ArgumentParser
import CurlClient
import Foundation

/// How commands reach a running server.
struct ServerConnection: ParsableArguments {
  @Option(help: ArgumentHelp("The server's address.", valueName: "https://host:port"))
  var server: String?

  @Option(help: ArgumentHelp("CA certificates as PEM that the server's certificate is verified by.", valueName: "file"))
  var ca: String?

  @Option(help: ArgumentHelp("Our client certificate as PEM.", valueName: "file"))
  var cert: String?

  @Option(help: ArgumentHelp("The key of that certificate as PEM.", valueName: "file"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "The folder of a trial; stands for --ca, --cert and --key of its certificates.", valueName: "folder"))
  var trial: String?

  /// Where a server listens unless it is told otherwise.
  static let usualAddress = "https://127.0.0.1:8443"

  /// Whether anything was said about a server.
  var isGiven: Bool { server != nil || ca != nil || cert != nil || key != nil || trial != nil }

  /// The client for what was given. Throws where a file cannot be read.
  func client() throws -> ServerClient {
    let set = trial.map { TrialFolder(path: $0).certificates }
    func content(_ path: String?) throws -> [UInt8]? {
      try path.map { try PrivateFile.read($0, maximumBytes: 1 << 20) }
    }
    let tls = TLSOptions(
      certificateAuthorityPEM: try content(ca ?? set?.path(.authority)),
      clientCertificatePEM: try content(cert ?? set?.path(.client)),
      clientKeyPEM: try content(key ?? set?.path(.clientKey)))
    var address = server ?? Self.usualAddress
    while address.hasSuffix("/") { address.removeLast() }
    return ServerClient(address: address, tls: tls)
  }
}

/// What a running server answered in place of what was asked for, or why it could not be asked.
struct ServerClientFailure: Error, CustomStringConvertible {
  let description: String
}

/// Asks a running server.
struct ServerClient {
  let address: String
  let tls: TLSOptions

  /// The body of a GET request that was answered with 200.
  func get(_ path: String, accept: String = "application/json") async throws -> [UInt8] {
    let engine = try CurlEngine()
    defer { engine.shutdown() }
    let request = HTTPRequest(
      url: address + path, headers: [(name: "Accept", value: accept)], timeoutMilliseconds: 10_000,
      tls: tls)
    let response: HTTPResponse
    do {
      response = try await engine.send(request)
    } catch {
      throw ServerClientFailure(description: "no answer from \(address): \(error)\(Self.hint(for: "\(error)"))")
    }
    guard response.status == 200 else {
      let text = TextTable.printable(String(decoding: response.body.prefix(2_000), as: UTF8.self), keepingLines: true)
      throw ServerClientFailure(description: "\(address)\(path) answered \(response.status): \(text)")
    }
    return response.body
  }

  /// The JSON value of a GET request that was answered with 200.
  func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
    try JSONDecoder().decode(type, from: Data(try await get(path)))
  }

  /// What is usually the matter with libcurl's and OpenSSL's commonest complaints.
  private static func hint(for text: String) -> String {
    if text.contains("certificate required") || text.contains("alert") {
      return " (the server wants a client certificate: give --cert and --key, or --trial)"
    }
    if text.contains("unable to get local issuer") || text.contains("self-signed") || text.contains("self signed") {
      return " (the server's certificate is of a CA that is not known here: give --ca, or --trial)"
    }
    return ""
  }
}
