import ArgumentParser
import NIOCore
import Transport

/// The floor: our TLS and HTTP/2 with nothing behind them. Takes any request and gives the recorded reply of its path.
struct EchoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Answer /N.json with the content of that file, whatever is asked.")

  @OptionGroup var listener: HTTPSListener

  @Option(help: "Folder with the files 0.json, 1.json, and so on.")
  var replies: String

  func run() throws {
    var bodies: [String: ByteBuffer] = [:]
    var index = 0
    while let bytes = try? FileBytes.read("\(replies)/\(index).json") {
      bodies["/\(index).json"] = ByteBuffer(bytes: bytes)
      index += 1
    }
    guard !bodies.isEmpty else { throw FileFailure(description: "\(replies) has no 0.json") }
    listener.run(RecordedReplies(bodies: bodies))
  }
}

private struct RecordedReplies: RequestResponder {
  let bodies: [String: ByteBuffer]

  func respond(to request: ServerRequest) -> ServerResponse {
    guard let body = bodies[request.path] else { return .text(404, "no such reply") }
    return ServerResponse(status: 200, body: [body])
  }
}
