import Glibc
package import Logging

/// The log handler of the product: one line per record, as text or JSON.
package struct RecordLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level

  private let label: String
  private let format: LogFormat
  private let sink: any LogSink

  package init(label: String, format: LogFormat, level: Logger.Level, sink: any LogSink) {
    self.label = label
    self.format = format
    self.logLevel = level
    self.sink = sink
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
    if let own = event.metadata { fields.merge(own) { _, new in new } }
    var shown = fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.description) }
    if let error = event.error { shown.append((name: "error", value: "\(error)")) }
    let record = LogRecord(
      unixNanoseconds: Self.now(), level: event.level.rawValue, logger: label, message: event.message.description,
      fields: shown)
    sink.write(record.line(format))
  }

  /// Makes this the handler of every logger that the process creates from now on. May be called once per process.
  package static func bootstrap(format: LogFormat, level: Logger.Level, sink: any LogSink) {
    LoggingSystem.bootstrap { label in
      RecordLogHandler(label: label, format: format, level: level, sink: sink)
    }
  }

  private static func now() -> Int64 {
    var time = timespec()
    // SAFETY: the pointer is to a local variable that lives through the call.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
