internal import CurlClient
internal import WireFormat

/// One watch from its beginning to its end: lines become events, and whatever goes wrong a failure with its reason.
struct WatchSession<Object: Sendable> {
  /// An event, or why the line or stream ends the session. Events before a failure count.
  typealias Line = Result<WatchEvent<Object>, KubernetesFailure>

  let codec: KubernetesCodec<Object>
  let operation: String
  /// Whether anything at all came.
  private(set) var sawLines = false
  /// Whether the server's watch itself failed, after which only a list shows the truth.
  private(set) var serverFailed = false

  init(codec: KubernetesCodec<Object>, operation: String) {
    self.codec = codec
    self.operation = operation
  }

  /// The next events; nil where the stream ended in order.
  mutating func next(_ stream: LineStream) async throws(KubernetesFailure) -> [Line]? {
    let batch: LineBatch?
    do throws(CurlFailure) {
      batch = try await stream.next()
    } catch {
      throw KubernetesFailure(error, operation: operation)
    }
    return batch.map { decode($0) }
  }

  /// Decodes lines up to the first that ends the session.
  mutating func decode(_ batch: LineBatch) -> [Line] {
    sawLines = true
    var lines: [Line] = []
    for index in 0..<batch.count {
      let line = decode(batch, index)
      lines.append(line)
      if case .failure = line { break }
    }
    return lines
  }

  private mutating func decode(_ batch: LineBatch, _ index: Int) -> Line {
    let event: WatchEvent<Object>
    do {
      event = try batch.withLine(index) { line in try codec.decodeEvent(line) }
    } catch {
      return .failure(KubernetesFailure(.undecodable, operation: operation, detail: String("\(error)".prefix(300))))
    }
    guard case .failed(let code, let reason, let message) = event else { return .success(event) }
    let isExpired = code == 410 || reason == "Expired" || reason == "Gone"
    serverFailed = !isExpired && code != 429
    return .failure(
      KubernetesFailure(
        isExpired ? .expired : KubernetesFailure.Reason(status: code), status: code, operation: operation,
        detail: String(message.prefix(300))))
  }
}
