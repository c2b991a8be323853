import Foundation
import Logging
import Synchronization
import Testing

@testable import Observability

private final class Lines: LogSink {
  private let lines = Mutex<[[UInt8]]>([])
  func write(_ line: [UInt8]) { lines.withLock { $0.append(line) } }
  var texts: [String] { lines.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
}

@Suite struct LogTests {
  private func logger(_ format: LogFormat, _ level: Logger.Level, _ sink: Lines) -> Logger {
    Logger(label: "demo") { RecordLogHandler(label: $0, format: format, level: level, sink: sink) }
  }

  @Test func textIsOneReadableLine() throws {
    let sink = Lines()
    logger(.text, .info, sink).info("listening", metadata: ["address": "127.0.0.1:8443", "note": "two words", "x": ""])
    let line = try #require(sink.texts.first)
    #expect(line.hasSuffix(" INFO demo: listening address=127.0.0.1:8443 note=\"two words\" x=\"\"\n"))
    #expect(line.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*\n/#) != nil)
  }

  @Test func levelsAreKept() {
    let sink = Lines()
    let log = logger(.text, .warning, sink)
    log.debug("no")
    log.info("no")
    log.error("yes")
    #expect(sink.texts.count == 1)
  }

  @Test(arguments: LogFormat.allCases)
  func hostileTextStaysOnOneLine(format: LogFormat) throws {
    let sink = Lines()
    let hostile = "a\nb\r\u{0}\u{1B}[31m\u{2028}\u{202E}\"\\\u{9B}"
    logger(format, .info, sink).info("\(hostile)", metadata: ["pod": "\(hostile)", "na\nme": "v", "level": "own"])
    let line = try #require(sink.texts.first)
    #expect(line.unicodeScalars.filter { $0 == "\n" }.count == 1)
    #expect(line.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    #expect(!line.unicodeScalars.contains("\u{2028}") && !line.unicodeScalars.contains("\u{202E}"))
    if format == .json {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
      #expect(object["message"] == hostile)
      #expect(object["pod"] == hostile)
      #expect(object["level"] == "info")
      #expect(object["field.level"] == "own")
    }
  }

  @Test(arguments: LogFormat.allCases)
  func credentialsAreNeverWritten(format: LogFormat) throws {
    let sink = Lines()
    logger(format, .info, sink).info("x", metadata: ["token": "s3cr3t", "Authorization": "Bearer s3cr3t"])
    #expect(!sink.texts.joined().contains("s3cr3t"))
    #expect(sink.texts.joined().contains("[redacted]"))
  }

  @Test func longFieldsAreCut() {
    let sink = Lines()
    logger(.json, .info, sink).info("x", metadata: ["body": "\(String(repeating: "é", count: 1_000_000))"])
    #expect(sink.texts.joined().utf8.count < 10_000)
  }

  @Test func timestampsAreRFC3339() {
    #expect(LogRecord.timestamp(951_782_400_007_000_000) == "2000-02-29T00:00:00.007Z")
    #expect(LogRecord.timestamp(0) == "1970-01-01T00:00:00.000Z")
  }
}
