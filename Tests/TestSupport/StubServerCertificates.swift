private import Foundation

/// A certificate authority with one server and one client certificate, made by the openssl command line.
///
/// The server's certificate is good for `stub.test` and 127.0.0.1.
package struct StubServerCertificates: Sendable {
  package var directory: String

  package var authorityPath: String { directory + "/ca.pem" }
  package var serverCertificatePath: String { directory + "/server.pem" }
  package var serverKeyPath: String { directory + "/server.key" }
  package var clientCertificatePath: String { directory + "/client.pem" }
  package var clientKeyPath: String { directory + "/client.key" }

  package init(in directory: String) async throws {
    self.directory = directory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try await runStubTool(
      "openssl",
      ["req", "-x509", "-subj", "/CN=stub CA \(UUID().uuidString)", "-days", "2", "-out", authorityPath]
        + Self.newKey(directory + "/ca.key"))
    try await issue(name: "server", subject: "/CN=stub.test", names: "DNS:stub.test,IP:127.0.0.1")
    try await issue(name: "client", subject: "/O=system:nodes/CN=stub-client", names: "DNS:stub-client")
  }

  package func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func issue(name: String, subject: String, names: String) async throws {
    let base = directory + "/" + name
    try await runStubTool(
      "openssl", ["req", "-new", "-subj", subject, "-out", base + ".csr"] + Self.newKey(base + ".key"))
    try Data("subjectAltName=\(names)\n".utf8).write(to: URL(fileURLWithPath: base + ".ext"))
    try await runStubTool(
      "openssl",
      [
        "x509", "-req", "-in", base + ".csr", "-CA", authorityPath, "-CAkey", directory + "/ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", base + ".ext", "-out", base + ".pem",
      ])
  }

  private static func newKey(_ path: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
  }
}
