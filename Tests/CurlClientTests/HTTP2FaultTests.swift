import TestSupport
import Testing

@testable import CurlClient

/// HTTP/2 responses that end wrongly, frame by frame (RFC 9113), from a server that speaks it without TLS.
///
/// libcurl before 8.0 can report aborted transfers as done; these tests show which ones we see through.
@Suite struct HTTP2FaultTests {
  private static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 1, _ payload: [UInt8] = []) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, stream] + payload
  }

  private static let settings = frame(4, stream: 0) + frame(4, flags: 1, stream: 0)
  /// `:status: 200` and, where given, `content-length` as a literal with indexed name 28 (RFC 7541, appendix A).
  private static func headers(length: String?) -> [UInt8] {
    var block: [UInt8] = [0x88]
    if let length { block += [0x0f, 0x0d, UInt8(length.utf8.count)] + Array(length.utf8) }
    return frame(1, flags: 4, block)
  }
  private static let data = frame(0, Array("hello".utf8))
  private static let endStream = frame(0, flags: 1)
  private static func reset(_ code: UInt8) -> [UInt8] { frame(3, [0, 0, 0, code]) }
  private static let goAway = frame(7, stream: 0, [0, 0, 0, 0, 0, 0, 0, 2])

  private func outcome(_ frames: [UInt8]) async throws -> Result<HTTPResponse, CurlFailure> {
    try await withStub { request, connection in
      // The client's preface reads like a request (RFC 9113 §3.4).
      guard request.method == "PRI" else { return connection.close() }
      connection.send(frames)
      connection.finishSending()
      connection.waitForPeerToClose()
    } _: { server in
      try await withEngine { engine in
        var request = plain(server)
        request.version = .http2PriorKnowledge
        request.timeoutMilliseconds = 10_000
        do throws(CurlFailure) {
          return .success(try await engine.send(request))
        } catch {
          return .failure(error)
        }
      }
    }
  }

  @Test func aCompleteResponseIsTaken() async throws {
    for length in ["5", nil] {
      let frames = Self.settings + Self.headers(length: length) + Self.data + Self.endStream
      let response = try await outcome(frames).get()
      #expect(response.body == Array("hello".utf8))
      #expect(response.version == .http2)
    }
  }

  @Test(arguments: [
    ("reset by an error", reset(2)), ("reset without error", reset(0)), ("cancelled", reset(8)),
    ("refused", reset(7)), ("going away", goAway), ("closed", []), ("ended early", endStream),
  ])
  func aShortResponseOfKnownLengthIsAFailure(name: String, end: [UInt8]) async throws {
    let result = try await outcome(Self.settings + Self.headers(length: "100") + Self.data + end)
    #expect(throws: CurlFailure.self, "\(name)") { try result.get() }
  }

  @Test(arguments: [
    ("reset by an error", reset(2)), ("cancelled", reset(8)), ("refused", reset(7)), ("going away", goAway),
    ("closed", []),
  ])
  func aResponseOfUnknownLengthThatIsAbortedIsAFailure(name: String, end: [UInt8]) async throws {
    let result = try await outcome(Self.settings + Self.headers(length: nil) + Self.data + end)
    #expect(throws: CurlFailure.self, "\(name)") { try result.get() }
  }
}
