import Foundation
import Subprocess

/// Where a certificate and its private key lie, both PEM.
package struct CertificatePair: Sendable, Equatable {
  /// The certificate, leaf first.
  package let certificateFile: String
  /// Its unencrypted private key.
  package let privateKeyFile: String

  /// Names two files that exist, or will.
  package init(certificateFile: String, privateKeyFile: String) {
    self.certificateFile = certificateFile
    self.privateKeyFile = privateKeyFile
  }
}

/// A certificate authority for one test, made by the openssl command line: an implementation that is not the one under
/// test. Lives in a folder of its own; ECDSA P-256 throughout, which is quick to make.
package struct CertificateAuthority: Sendable {
  /// The folder that holds everything this authority made.
  package let folder: String
  /// The authority's own certificate, for clients' and servers' trust settings.
  package let certificateFile: String
  private let privateKeyFile: String

  /// Makes an authority in a new folder below the system's temporary folder.
  ///
  /// - Throws: `CertificateFailure` where openssl is missing or refuses.
  package static func make(name: String = "dakr test CA") async throws -> CertificateAuthority {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dakr-ca-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let authority = CertificateAuthority(
      folder: folder, certificateFile: folder + "/ca.crt", privateKeyFile: folder + "/ca.key")
    try await openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
      "-subj", "/CN=\(name)", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
      "-keyout", authority.privateKeyFile, "-out", authority.certificateFile,
    ])
    return authority
  }

  /// Issues a server certificate.
  ///
  /// - Parameters:
  ///   - name: the file name without suffix, unique within the authority, and the common name.
  ///   - alternativeNames: in openssl's form ("DNS:localhost", "IP:127.0.0.1").
  ///   - days: validity from now; must be positive.
  package func issueServer(
    _ name: String = "server",
    alternativeNames: [String] = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"], days: Int = 30
  ) async throws -> CertificatePair {
    try await issue(
      name, subject: "/CN=\(name)", alternativeNames: alternativeNames, usage: "serverAuth", days: days)
  }

  /// Issues a client certificate.
  ///
  /// - Parameters:
  ///   - name: the file name without suffix, unique within the authority.
  ///   - commonName: the subject's CN; `name` where left out.
  ///   - alternativeNames: in openssl's form ("URI:spiffe://cluster.local/ns/kube-system/sa/scheduler").
  package func issueClient(
    _ name: String, commonName: String? = nil, alternativeNames: [String] = [], days: Int = 30
  ) async throws -> CertificatePair {
    try await issue(
      name, subject: "/CN=\(commonName ?? name)", alternativeNames: alternativeNames, usage: "clientAuth", days: days)
  }

  /// Deletes the folder.
  package func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func issue(
    _ name: String, subject: String, alternativeNames: [String], usage: String, days: Int
  ) async throws -> CertificatePair {
    let pair = CertificatePair(
      certificateFile: "\(folder)/\(name).crt", privateKeyFile: "\(folder)/\(name).key")
    var arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)",
      "-subj", subject, "-CA", certificateFile, "-CAkey", privateKeyFile,
      "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=\(usage)",
    ]
    if !alternativeNames.isEmpty {
      arguments += ["-addext", "subjectAltName=" + alternativeNames.joined(separator: ",")]
    }
    arguments += ["-keyout", pair.privateKeyFile, "-out", pair.certificateFile]
    try await Self.openssl(arguments)
    return pair
  }

  private static func openssl(_ arguments: [String]) async throws {
    let result = try await run(
      .name("openssl"), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 64 << 10))
    guard result.terminationStatus.isSuccess else {
      throw CertificateFailure(description: "openssl \(arguments.first ?? "") failed: \(result.standardError)")
    }
  }
}

/// What openssl said when it refused.
package struct CertificateFailure: Error, CustomStringConvertible {
  /// The command and its error output.
  package let description: String
}
