import Foundation
import Testing

@testable import dakr_scheduler

/// The certificates as OpenSSL's own tools see them.
@Suite struct CertificatesTests {
  @Test func opensslVerifiesTheSet() async throws {
    let folder = try TemporaryFolder()
    let made = try await Binary.run(
      "certificates", folder.file("deep/set"), "--name", "extender.example.com", "--days", "30")
    #expect(made.status == 0, "\(made.errors)")
    let set = folder.file("deep/set")
    for (file, purpose) in [("tls.crt", "sslserver"), ("client.crt", "sslclient")] {
      let verified = try await run(
        "/usr/bin/openssl", "verify", "-x509_strict", "-CAfile", "\(set)/ca.crt", "-purpose", purpose, "\(set)/\(file)")
      #expect(verified.status == 0, "\(verified.errors)")
    }
    for name in ["localhost", "dakr-scheduler.dakr-system.svc", "extender.example.com"] {
      let verified = try await run(
        "/usr/bin/openssl", "verify", "-CAfile", "\(set)/ca.crt", "-verify_hostname", name, "\(set)/tls.crt")
      #expect(verified.status == 0, "\(name): \(verified.errors)")
    }
    let other = try await run(
      "/usr/bin/openssl", "verify", "-CAfile", "\(set)/ca.crt", "-verify_hostname", "example.com", "\(set)/tls.crt")
    #expect(other.status != 0)
    let ip = try await run(
      "/usr/bin/openssl", "verify", "-CAfile", "\(set)/ca.crt", "-verify_ip", "::1", "\(set)/tls.crt")
    #expect(ip.status == 0)
    let wrongPurpose = try await run(
      "/usr/bin/openssl", "verify", "-CAfile", "\(set)/ca.crt", "-purpose", "sslserver", "\(set)/client.crt")
    #expect(wrongPurpose.status != 0)
  }

  @Test func extensionsAndValidityAreAsAskedFor() async throws {
    let folder = try TemporaryFolder()
    _ = try await Binary.run("certificates", folder.path + "/s", "--days", "30", "--client-name", "my scheduler")
    func text(_ file: String) async throws -> String {
      try await run("/usr/bin/openssl", "x509", "-noout", "-text", "-in", folder.file("s/\(file)")).output
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
      let checked = try await run(
        "/usr/bin/openssl", "x509", "-noout", "-checkend", "\(seconds)", "-in", folder.file("s/tls.crt"))
      #expect((checked.status != 0) == expires)
    }
  }

  @Test func filesAreForTheOwnerAlone() async throws {
    let folder = try TemporaryFolder()
    _ = try await Binary.run("certificates", folder.path + "/s")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/s")
    #expect(Set(files) == Set(CertificateSet.File.allCases.map(\.rawValue)))
    for file in files {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("s/\(file)"))
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
    }
  }

  @Test func nothingIsReplacedUnasked() async throws {
    let folder = try TemporaryFolder()
    _ = try await Binary.run("certificates", folder.path)
    func content(_ file: CertificateSet.File) -> Data? {
      FileManager.default.contents(atPath: folder.file(file.rawValue))
    }
    let authority = try #require(content(.authority))
    let server = try #require(content(.server))
    let refused = try await Binary.run("certificates", folder.path)
    #expect(refused.status != 0 && refused.errors.contains("ca.crt exists already"))
    #expect(content(.authority) == authority)

    #expect(try await Binary.run("certificates", folder.path, "--renew").status == 0)
    #expect(content(.authority) == authority && content(.server) != server)
    let verified = try await run(
      "/usr/bin/openssl", "verify", "-CAfile", folder.file("ca.crt"), folder.file("tls.crt"), folder.file("client.crt"))
    #expect(verified.status == 0)

    #expect(try await Binary.run("certificates", folder.path, "--force").status == 0)
    #expect(content(.authority) != authority)
  }

  @Test(arguments: ["DNS:x", "a b", "x,email:copy", "-\n", "a..b", String(repeating: "a", count: 64)])
  func namesThatAreNoNamesAreRefused(name: String) async throws {
    #expect(SubjectName(name) == nil && SubjectName("") == nil)
    let folder = try TemporaryFolder()
    let result = try await Binary.run("certificates", folder.path, "--name=\(name)")
    #expect(result.status != 0 && result.errors.contains("neither a host name nor an IP address"))
  }

  @Test func aForeignAuthorityKeyIsNoticed() async throws {
    let folder = try TemporaryFolder()
    _ = try await Binary.run("certificates", folder.path + "/a")
    _ = try await Binary.run("certificates", folder.path + "/b")
    try FileManager.default.removeItem(atPath: folder.file("a/ca.key"))
    try FileManager.default.copyItem(atPath: folder.file("b/ca.key"), toPath: folder.file("a/ca.key"))
    let result = try await Binary.run("certificates", folder.path + "/a", "--renew")
    #expect(result.status != 0 && result.errors.contains("is not the key of"))
  }

  @Test func usabilityNoticesMissingAndExpiringFiles() throws {
    let folder = try TemporaryFolder()
    var set = CertificateSet(folder: folder.path, serverNames: [.dns("localhost")], clientName: "c", validDays: 5)
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
