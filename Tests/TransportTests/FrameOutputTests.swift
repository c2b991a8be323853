import NIOCore
import Testing

@testable import Transport

@Suite struct FrameOutputTests {
  @Test func bytesKeepTheirOrderAndLargeOnesTheirMemory() {
    var output = FrameOutput()
    var segment = ByteBuffer(bytes: (0..<40_000).map { UInt8(truncatingIfNeeded: $0) })
    let whole = Array(segment.readableBytesView)
    let header: [UInt8] = [1, 2, 3]
    unsafe header.withUnsafeBytes { unsafe output.append($0) }
    output.append(100, of: &segment)
    output.append(30_000, of: &segment)
    output.append(9_900, of: &segment)
    unsafe header.withUnsafeBytes { unsafe output.append($0) }
    #expect(segment.readableBytes == 0)
    #expect(output.byteCount == 40_006)
    var pieces: [ByteBuffer] = []
    output.takeAll { pieces.append($0) }
    #expect(pieces.map(\.readableBytes) == [103, 30_000, 9_900, 3])
    #expect(pieces.flatMap { Array($0.readableBytesView) } == header + whole + header)
    #expect(output.byteCount == 0)
    output.takeAll { _ in Issue.record("there is nothing left") }
  }

  /// A slice that begins beyond 16 MiB would be a copy of all that follows it.
  @Test func whatBeginsBeyondTheLimitOfSlicesIsGathered() {
    var output = FrameOutput()
    var segment = ByteBuffer(repeating: 7, count: (1 << 24) + 20_000)
    segment.moveReaderIndex(forwardBy: (1 << 24) - 10_000)
    output.append(10_000, of: &segment)
    output.append(10_000, of: &segment)
    output.append(10_000, of: &segment)
    var pieces: [Int] = []
    output.takeAll { pieces.append($0.readableBytes) }
    #expect(pieces == [10_000, 20_000])
  }
}
