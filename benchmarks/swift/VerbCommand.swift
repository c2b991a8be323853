import ArgumentParser
import Glibc
import Scheduler
import WireFormat

/// One verb alone, bytes in and bytes out, for counting instructions and allocations: whatever start-up costs is the
/// same for any number of repetitions, so the difference of two runs is the cost of the requests between them.
struct VerbCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verb", abstract: "Answer one request's body a number of times.")

  @OptionGroup var cluster: Cluster

  @Option(help: "filter or prioritize.")
  var verb: String

  @Option(help: "File of the request's body.")
  var body: String

  @Option(help: "How often.")
  var repetitions = 1

  @Option(help: "How many decisions explain keeps.")
  var explained = 600

  func run() throws {
    guard let verb = ExtenderVerb(pathComponent: verb) else { throw ValidationError("no such verb: \(verb)") }
    let view = try cluster.view()
    let service = ExtenderService(configuration: SchedulerConfiguration(explainedDecisions: explained))
    let request = try FileBytes.read(body)
    let repetitions = repetitions
    var sink = CountingSink()
    let started = Self.cpuNanoseconds()
    for _ in 0..<repetitions {
      sink = CountingSink()
      // SAFETY: any bytes make a raw span, and this one does not outlive the call.
      _ = unsafe service.respond(to: verb, body: request.span.bytes, view: view, into: &sink)
    }
    let each = (Self.cpuNanoseconds() - started) / max(1, repetitions)
    print("\(sink.byteCount) bytes in \(sink.pieceCount) pieces, \(each) ns of CPU a request")
  }
}

extension VerbCommand {
  /// The CPU time of this process.
  private static func cpuNanoseconds() -> Int {
    var now = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
  }
}

/// Takes an answer's pieces and keeps none.
private struct CountingSink: ResponseSink {
  private(set) var byteCount = 0
  private(set) var pieceCount = 0

  mutating func append(_ bytes: RawSpan) {
    byteCount += bytes.byteCount
    pieceCount += 1
  }

  mutating func appendSliceOfRequest(_ range: Range<Int>) {
    byteCount += range.count
    pieceCount += 1
  }
}
