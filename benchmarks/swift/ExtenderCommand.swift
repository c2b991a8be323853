import ArgumentParser
import NIOCore
import Scheduler
import Transport
import WireFormat

/// The verbs over our transport, without metrics, logs, watches and prices that change: what is between this and the
/// product is the cost of running it.
struct ExtenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extender", abstract: "Answer /filter and /prioritize from a file of nodes.")

  @OptionGroup var listener: HTTPSListener
  @OptionGroup var cluster: Cluster

  func run() throws {
    listener.run(
      VerbResponder(service: ExtenderService(configuration: SchedulerConfiguration()), view: try cluster.view()))
  }
}

private struct VerbResponder: RequestResponder {
  let service: ExtenderService
  let view: SchedulingView

  func respond(to request: ServerRequest) -> ServerResponse {
    guard let verb = ExtenderVerb(pathComponent: request.path.dropFirst()) else { return .text(404, "no such verb") }
    var sink = BufferSink(request: request.body)
    let outcome = service.respond(to: verb, body: request.body.readableBytesSpan, view: view, into: &sink)
    return ServerResponse(status: outcome.status, body: sink.buffers)
  }
}

/// Collects an answer in network buffers; slices of the request share its memory.
private struct BufferSink: ResponseSink {
  let request: ByteBuffer
  private(set) var buffers: [ByteBuffer] = []

  init(request: ByteBuffer) {
    self.request = request
  }

  mutating func append(_ bytes: RawSpan) {
    // SAFETY: the buffer is copied while the span is borrowed.
    unsafe bytes.withUnsafeBytes { buffer in unsafe buffers.append(ByteBuffer(bytes: buffer)) }
  }

  mutating func appendSliceOfRequest(_ range: Range<Int>) {
    guard let slice = request.getSlice(at: request.readerIndex + range.lowerBound, length: range.count) else { return }
    buffers.append(slice)
  }
}
