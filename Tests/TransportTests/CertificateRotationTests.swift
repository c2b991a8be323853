import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Transport

/// Certificates that change while the server runs, in the way kubelet changes a mounted Secret: a symlink `..data` to a
/// folder is replaced by one to another folder, and the files are symlinks through it.
@Suite struct CertificateRotationTests {
  private struct Mount {
    let folder: String

    init(_ authority: CertificateAuthority) throws {
      folder = authority.folder + "/mount"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for name in ["tls.crt", "tls.key"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(name)", withDestinationPath: "..data/\(name)")
      }
    }

    var pair: CertificatePair {
      CertificatePair(certificateFile: folder + "/tls.crt", privateKeyFile: folder + "/tls.key")
    }

    func swap(to generation: String, certificate: String, key: String) throws {
      let data = "\(folder)/..\(generation)"
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: certificate, toPath: data + "/tls.crt")
      try FileManager.default.copyItem(atPath: key, toPath: data + "/tls.key")
      let new = folder + "/..data_new"
      try FileManager.default.createSymbolicLink(atPath: new, withDestinationPath: "..\(generation)")
      guard unsafe rename(new, folder + "/..data") == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
  }

  private func subject(_ server: TestServer) async throws -> String {
    let result = try await Tool.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(server.securePort)", "-CAfile", server.authority.certificateFile])
    return result.output.split(separator: "\n").first { $0.hasPrefix("subject=") }.map(String.init) ?? result.errors
  }

  @Test func aSwapIsTakenUpUnderLoadWithoutLosingARequest() async throws {
    let mounted = Mutex<Mount?>(nil)
    try await TestServer.run(pair: { authority in
      let mount = try Mount(authority)
      let first = try await authority.issueServer("first")
      try mount.swap(to: "1", certificate: first.certificateFile, key: first.privateKeyFile)
      mounted.withLock { $0 = mount }
      return mount.pair
    }) { server in
      let mount = try #require(mounted.withLock { $0 })
      let servesFirst = try await subject(server).contains("first")
      #expect(servesFirst)
      async let kept = Tool.run(
        "h2load", ["-n", "20000", "-c", "4", "-m", "2", server.secureURL + "/length"])
      async let fresh = Self.connectRepeatedly(server, times: 25)
      let second = try await server.authority.issueServer("second", days: 60)
      try mount.swap(to: "2", certificate: second.certificateFile, key: second.privateKeyFile)
      try await eventually("the new certificate is served") { try await subject(server).contains("second") }
      let load = try await kept
      #expect(load.output.contains("20000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(load.output)")
      let connected = try await fresh
      #expect(connected == 25)
      let record = server.observer.record
      #expect(record.reloads == [true])
      #expect(record.expiries.count == 2 && record.expiries[1] - record.expiries[0] > 29 * 86_400)
    }
  }

  private static func connectRepeatedly(_ server: TestServer, times: Int) async throws -> Int {
    var succeeded = 0
    for _ in 0..<times where try await server.curl("/length").isSuccess { succeeded += 1 }
    return succeeded
  }

  @Test func aHalfRotatedPairKeepsTheOldOne() async throws {
    let mounted = Mutex<Mount?>(nil)
    try await TestServer.run(pair: { authority in
      let mount = try Mount(authority)
      let first = try await authority.issueServer("first")
      try mount.swap(to: "1", certificate: first.certificateFile, key: first.privateKeyFile)
      mounted.withLock { $0 = mount }
      return mount.pair
    }) { server in
      let mount = try #require(mounted.withLock { $0 })
      let first = server.authority.folder + "/first.key"
      let second = try await server.authority.issueServer("second")
      try mount.swap(to: "2", certificate: second.certificateFile, key: first)
      try await eventually("the broken pair is noticed") { server.observer.record.reloads.contains(false) }
      let stillServesFirst = try await subject(server).contains("first")
      #expect(stillServesFirst)
      #expect(!server.observer.record.reloads.contains(true))
      try mount.swap(to: "3", certificate: second.certificateFile, key: second.privateKeyFile)
      try await eventually("the repaired pair is served") { try await subject(server).contains("second") }
    }
  }

  @Test func theClientCAIsReloadedToo() async throws {
    try await TestServer.run(asksForClientCertificate: true) { server in
      let other = try await CertificateAuthority.make(name: "next CA")
      defer { other.remove() }
      let client = try await other.issueClient("client")
      let arguments = ["--cert", client.certificateFile, "--key", client.privateKeyFile]
      let isTrusted = try await server.curl("/secret", arguments).isSuccess
      #expect(!isTrusted)
      // Both authorities for a time, as a rotation does it.
      let both =
        try String(contentsOfFile: server.authority.certificateFile, encoding: .utf8)
        + String(contentsOfFile: other.certificateFile, encoding: .utf8)
      try both.write(toFile: server.authority.certificateFile, atomically: true, encoding: .utf8)
      try await eventually("the new CA is taken up") {
        try await server.curl("/secret", arguments).output.hasPrefix("client")
      }
    }
  }

  @Test func brokenFilesAtStartSayWhichAndWhy() async throws {
    let authority = try await CertificateAuthority.make()
    defer { authority.remove() }
    let first = try await authority.issueServer("first")
    let second = try await authority.issueServer("second")
    let empty = authority.folder + "/empty"
    try Data().write(to: URL(fileURLWithPath: empty))
    func failure(_ certificate: String, _ key: String, _ clientCA: String? = nil) -> TLSFailure? {
      let configuration = TLSConfiguration(certificateFile: certificate, privateKeyFile: key, clientCAFile: clientCA)
      do {
        _ = try TLSContext(TLSMaterial(reading: configuration), configuration)
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(first.certificateFile, first.privateKeyFile) == nil)
    #expect(failure(first.certificateFile, second.privateKeyFile)?.code == .keyMismatch)
    #expect(failure(empty, first.privateKeyFile)?.code == .certificate)
    #expect(failure(first.certificateFile, first.certificateFile)?.code == .privateKey)
    #expect(failure(first.certificateFile, first.privateKeyFile, empty)?.code == .clientCA)
    let missing = failure(authority.folder + "/none.crt", first.privateKeyFile)
    #expect(missing?.code == .file)
    #expect(missing?.description.contains("none.crt: No such file or directory") == true)
  }
}
