import TestSupport
import Testing

@testable import WireFormat

@Suite struct ResponseWriterTests {
  @Test func `pieces and slices reach the sink in order, whatever their size`() {
    let request = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var writer = ResponseWriter()
    var expected: [UInt8] = []
    var slices = 0
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<500 {
      let start = Int.random(in: 0..<15_000, using: &generator)
      let length = [0, 1, 40, 4095, 4096, 5000].randomElement(using: &generator) ?? 0
      unsafe writer.append(slice: start..<start + length, of: request.span.bytes)
      expected += request[start..<start + length]
      slices += length >= ResponseWriter.sliceThreshold ? 1 : 0
      writer.append("constant")
      expected += Array("constant".utf8)
      writer.append(decimal: Int64(start))
      expected += Array("\(start)".utf8)
    }
    #expect(writer.sliceCount == slices)
    var sink = CollectingSink(request: request)
    writer.finish(into: &sink)
    #expect(sink.bytes == expected)
    #expect(sink.sliceCount == slices)
  }

  @Test func `a copy outside of the request is cut to it`() {
    var writer = ResponseWriter()
    let request: [UInt8] = [65, 66, 67]
    unsafe writer.append("<", copying: 1..<9, of: request.span.bytes, ">")
    var sink = CollectingSink(request: request)
    writer.finish(into: &sink)
    #expect(sink.text == "<BC>")
  }
}
