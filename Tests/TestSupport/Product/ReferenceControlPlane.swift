package import Foundation

/// `dakr-scheduler control-plane`, run as a user runs it.
package final class ReferenceControlPlane: Sendable {
  private struct Ports: Decodable { let https: Int }

  package let process: ChildProcess
  package let port: Int
  package let certificates: TrialCertificates
  private let folder: TemporaryFolder

  private init(process: ChildProcess, port: Int, certificates: TrialCertificates, folder: TemporaryFolder) {
    self.process = process
    self.port = port
    self.certificates = certificates
    self.folder = folder
  }

  package var address: String { "https://127.0.0.1:\(port)" }

  /// Starts it over HTTPS and waits until it listens.
  /// - Parameters:
  ///   - prices: the price file, CSV.
  ///   - tokens: the file with the tokens that it accepts.
  package static func start(prices: URL, tokens: URL) async throws -> ReferenceControlPlane {
    let folder = try TemporaryFolder("control-plane")
    let certificates = try await TrialCertificates.make(in: folder.file("certificates"))
    let portFile = folder.file("ports.json")
    let process = try ChildProcess.start(
      try RepositoryLayout.product("dakr-scheduler"),
      ["control-plane", "--listen", "127.0.0.1:0", "--price-file", prices.path, "--token-file", tokens.path]
        + ["--tls-cert", certificates.serverCertificate.path, "--tls-key", certificates.serverKey.path]
        + ["--port-file", portFile.path],
      log: folder.file("control-plane.log"))
    do {
      let ports = try await eventually("the control plane has written its port") {
        if let status = process.exitStatus { throw WaitingIsPointless("the control plane ended with \(status)") }
        return try? JSONDecoder().decode(Ports.self, from: Data(contentsOf: portFile))
      }
      return ReferenceControlPlane(process: process, port: ports.https, certificates: certificates, folder: folder)
    } catch {
      throw ProcessFailure("\(error); its log ends with: \(process.output.suffix(4000))")
    }
  }

  package func stop() async { await process.terminate() }
}
