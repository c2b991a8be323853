import Foundation
import TestSupport
import Testing

@testable import dakr_scheduler

/// The certificates as OpenSSL's own tools see them.
@Suite struct CertificatesTests {
  @Test func opensslVerifiesTheSet() async throws {
    let folder = try TemporaryFolder("certificates")
    let made = try await Binary.run(
      "certificates", folder.path("deep/set"), "--name", "extender.example.com", "--days", "30")
    #expect(made.status.isSuccess, "\(made.standardError)")
    let set = folder.path("deep/set")
    for (file, purpose) in [("tls.crt", "sslserver"), ("client.crt", "sslclient")] {
      let verified = try await openssl(
        "verify", "-x509_strict", "-CAfile", "\(set)/ca.crt", "-purpose", purpose, "\(set)/\(file)")
      #expect(verified.status.isSuccess, "\(verified.standardError)")
    }
    for name in ["localhost", "dakr-scheduler.dakr-system.svc", "extender.example.com"] {
      let verified = try await openssl("verify", "-CAfile", "\(set)/ca.crt", "-verify_hostname", name, "\(set)/tls.crt")
      #expect(verified.status.isSuccess, "\(name): \(verified.standardError)")
    }
    let other = try await openssl(
      "verify", "-CAfile", "\(set)/ca.crt", "-verify_hostname", "example.com", "\(set)/tls.crt")
    #expect(other.status.isSuccess == false)
    let ip = try await openssl("verify", "-CAfile", "\(set)/ca.crt", "-verify_ip", "::1", "\(set)/tls.crt")
    #expect(ip.status.isSuccess)
    let wrongPurpose = try await openssl(
      "verify", "-CAfile", "\(set)/ca.crt", "-purpose", "sslserver", "\(set)/client.crt")
    #expect(wrongPurpose.status.isSuccess == false)
  }

  @Test func extensionsAndValidityAreAsAskedFor() async throws {
    let folder = try TemporaryFolder("certificates")
    _ = try await Binary.run("certificates", folder.path("s"), "--days", "30", "--client-name", "my scheduler")
    func text(_ file: String) async throws -> String {
      try await openssl("x509", "-noout", "-text", "-in", folder.path("s/\(file)")).standardOutput
    }
    let authority = try await text("ca.crt")
    #expect(authority.contains("CA:TRUE") && authority.contains("Certificate Sign"))
    let server = try await text("tls.crt")
    #expect(server.contains("TLS Web Server Authentication") && server.contains("CA:FALSE"))
    #expect(server.contains("ASN1 OID: prime256v1") && server.contains("Digital Signature"))
    let client = try await text("client.crt")
    #expect(client.contains("CN = my scheduler") && client.contains("TLS Web Client Authentication"))
    #expect(!client.contains("Subject Alternative Name"))
    for (seconds, expires) in [(29 * 86_400, false), (31 * 86_400, true)] {
      let checked = try await openssl("x509", "-noout", "-checkend", "\(seconds)", "-in", folder.path("s/tls.crt"))
      #expect(checked.status.isSuccess != expires)
    }
  }

  @Test func filesAreForTheOwnerAlone() async throws {
    let folder = try TemporaryFolder("certificates")
    _ = try await Binary.run("certificates", folder.path("s"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("s"))
    #expect(Set(files) == Set(CertificateSet.File.allCases.map(\.rawValue)))
    for file in files {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("s/\(file)"))
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
    }
  }

  @Test func nothingIsReplacedUnasked() async throws {
    let folder = try TemporaryFolder("certificates")
    _ = try await Binary.run("certificates", folder.url.path)
    func content(_ file: CertificateSet.File) -> Data? {
      FileManager.default.contents(atPath: folder.path(file.rawValue))
    }
    let authority = try #require(content(.authority))
    let server = try #require(content(.server))
    let refused = try await Binary.run("certificates", folder.url.path)
    #expect(refused.status.isSuccess == false && refused.standardError.contains("ca.crt exists already"))
    #expect(content(.authority) == authority)

    #expect(try await Binary.run("certificates", folder.url.path, "--renew").status.isSuccess)
    #expect(content(.authority) == authority && content(.server) != server)
    let verified = try await openssl(
      "verify", "-CAfile", folder.path("ca.crt"), folder.path("tls.crt"), folder.path("client.crt"))
    #expect(verified.status.isSuccess)

    #expect(try await Binary.run("certificates", folder.url.path, "--force").status.isSuccess)
    #expect(content(.authority) != authority)
  }

  @Test(arguments: ["DNS:x", "a b", "x,email:copy", "-\n", "a..b", String(repeating: "a", count: 64)])
  func namesThatAreNoNamesAreRefused(name: String) async throws {
    #expect(SubjectName(name) == nil && SubjectName("") == nil)
    let folder = try TemporaryFolder("certificates")
    let result = try await Binary.run("certificates", folder.url.path, "--name=\(name)")
    #expect(result.status.isSuccess == false && result.standardError.contains("neither a host name nor an IP address"))
  }

  @Test func aForeignAuthorityKeyIsNoticed() async throws {
    let folder = try TemporaryFolder("certificates")
    _ = try await Binary.run("certificates", folder.path("a"))
    _ = try await Binary.run("certificates", folder.path("b"))
    try FileManager.default.removeItem(atPath: folder.path("a/ca.key"))
    try FileManager.default.copyItem(atPath: folder.path("b/ca.key"), toPath: folder.path("a/ca.key"))
    let result = try await Binary.run("certificates", folder.path("a"), "--renew")
    #expect(result.status.isSuccess == false && result.standardError.contains("is not the key of"))
  }

  @Test func usabilityNoticesMissingAndExpiringFiles() throws {
    let folder = try TemporaryFolder("certificates")
    var set = CertificateSet(folder: folder.url.path, serverNames: [.dns("localhost")], clientName: "c", validDays: 5)
    #expect(!set.isUsable)
    try set.make()
    #expect(!set.isUsable)
    set.validDays = 8
    try set.renew()
    #expect(set.isUsable)
    try FileManager.default.removeItem(atPath: set.path(.client))
    #expect(!set.isUsable)
  }
}

extension TemporaryFolder {
  /// The path of a file in the folder.
  func path(_ name: String) -> String { file(name).path }
}
