package import Foundation

/// One call of the Kubernetes API.
package struct APICall: Sendable {
  package var method: String
  package var path: String
  package var body: JSON?
  package var contentType: String

  package init(_ method: String, _ path: String, body: JSON? = nil, contentType: String = "application/json") {
    self.method = method
    self.path = path
    self.body = body
    self.contentType = contentType
  }

  /// A merge patch: members given replace, null removes.
  package static func patch(_ path: String, _ body: JSON) -> APICall {
    APICall("PATCH", path, body: body, contentType: "application/merge-patch+json")
  }
}

/// The tests' own access to the API server, through the curl program, so that it shares no code with the product.
package struct APIServerClient: Sendable {
  /// Scheme, host and port, no trailing slash.
  package let address: String
  package let certificateAuthority: URL
  package let token: String

  /// Makes one call and returns the answer's body.
  /// - Throws: `ProcessFailure` with the server's message where the status is not 2xx.
  @discardableResult
  package func send(_ call: APICall) async throws -> Data {
    let arguments = ["--silent", "--show-error", "--max-time", "60", "--write-out", "\n%{http_code}", "--config", "-"]
    let result = try await runProgramSuccessfully("curl", arguments, input: Array(section(of: call).utf8))
    let bytes = result.standardOutputBytes
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex
    let status = String(decoding: bytes[end...].dropFirst(), as: UTF8.self)
    guard status.hasPrefix("2") else {
      let message = String(decoding: bytes[..<end].prefix(2000), as: UTF8.self)
      throw ProcessFailure("\(call.method) \(call.path) was answered with \(status): \(message)")
    }
    return Data(bytes[..<end])
  }

  /// Reads an object or a list.
  package func get<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) async throws -> Value {
    try JSONDecoder().decode(type, from: try await send(APICall("GET", path)))
  }

  /// Makes many calls, several at a time, in no particular order.
  /// - Throws: `ProcessFailure` when any of them was not answered with 2xx.
  package func sendAll(_ calls: [APICall]) async throws {
    guard !calls.isEmpty else { return }
    let sections = calls.map { call in
      section(of: call) + "output = /dev/null\nwrite-out = \"%{http_code}\\n\"\nsilent\nshow-error\n"
    }
    let result = try await runProgramSuccessfully(
      "curl", ["--parallel", "--parallel-max", "12", "--config", "-"],
      input: Array(sections.joined(separator: "next\n").utf8), timeout: .seconds(300))
    let statuses = result.standardOutput.split(separator: "\n")
    let refused = statuses.filter { !$0.hasPrefix("2") }
    guard statuses.count == calls.count, refused.isEmpty else {
      throw ProcessFailure(
        "of \(calls.count) calls such as \(calls[0].method) \(calls[0].path), \(statuses.count) were answered, not with "
          + "2xx: \(Set(refused).sorted()) \(result.standardError.prefix(1000))")
    }
  }

  /// One call in the syntax of curl's configuration files. HTTP/1.1, because curl 7.88 can report parallel transfers on
  /// one HTTP/2 connection as complete that were cut short.
  private func section(of call: APICall) -> String {
    var lines = [
      "url = \(quote(address + call.path))", "request = \(call.method)", "http1.1",
      "cacert = \(quote(certificateAuthority.path))", "header = \(quote("Authorization: Bearer " + token))",
    ]
    if let body = call.body {
      lines.append("header = \(quote("Content-Type: " + call.contentType))")
      lines.append("data-binary = \(quote(body.text))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func quote(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
