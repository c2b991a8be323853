import NIOCore
import Testing

@testable import dakr_scheduler

@Suite struct BodySegmentsTests {
  /// NIO's own slices copy where they begin beyond 16 MiB, and whole nodes arrive in bodies of twice that.
  @Test(arguments: [0, 1000, 20 << 20])
  func whatIsEchoedSharesTheRequestsStorage(offset: Int) throws {
    var request = ByteBuffer(repeating: 7, count: 24 << 20)
    request.moveReaderIndex(forwardBy: 3)
    var body = BodySegments(request: request)
    body.appendSliceOfRequest(offset..<offset + 5000)
    let segment = try #require(body.segments.first)
    #expect(segment.readableBytes == 5000)
    let expected = address(of: request) + UInt(offset)
    #expect(address(of: segment) == expected)
  }

  private func address(of buffer: ByteBuffer) -> UInt {
    unsafe buffer.withUnsafeReadableBytes { bytes in UInt(bitPattern: bytes.baseAddress) }
  }
}
