internal import CCurl

/// One request under way: its easy handle, what came back so far, and who waits for it.
///
/// Lives on the engine's thread from creation to end and never leaves it. libcurl's callbacks get its address; that is
/// safe because the engine's table holds the transfer until the easy handle is out of the multi handle.
final class Transfer {
  /// Who waits for the transfer. The closures are called once, on the engine's thread, and must not block.
  enum Receiver: Sendable {
    case response(@Sendable (Result<HTTPResponse, CurlFailure>) -> Void)
    case lines(LineReceiver)
  }

  /// Where a stream's start and lines go.
  struct LineReceiver: Sendable {
    var limits: StreamLimits
    var channel: LineChannel
    var cancelTransfer: @Sendable () -> Void
    var onStart: @Sendable (Result<StreamStart, CurlFailure>) -> Void
  }

  let id: UInt
  let request: HTTPRequest
  let easy: EasyHandle
  private let receiver: Receiver
  private let operation: String
  private let maximumBodyBytes: Int
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var assembler: LineAssembler
  /// Set when one of our own callbacks ends the transfer; libcurl then only knows that "a callback failed".
  private var ownFailure: CurlFailure?
  /// Whether a stream's head was handed on, after which only lines and an end follow.
  private var isStreaming = false
  /// Whether as much of a refusal's body as is wanted has come.
  private var isRefusalFull = false

  init(id: UInt, request: HTTPRequest, receiver: Receiver) throws(CurlFailure) {
    try request.validate()
    let target = try ConnectTarget(request)
    guard let easy = EasyHandle(headers: target.headerLines, connectTo: target.connectTo) else {
      throw CurlFailure(kind: .unavailable, operation: request.description, detail: "libcurl is out of memory")
    }
    self.id = id
    self.request = request
    self.receiver = receiver
    self.easy = easy
    operation = request.description
    switch receiver {
    case .response:
      maximumBodyBytes = request.maximumResponseBytes
      assembler = LineAssembler(maximumLineBytes: 0)
    case .lines(let lines):
      maximumBodyBytes = lines.limits.maximumRefusalBytes
      assembler = LineAssembler(maximumLineBytes: lines.limits.maximumLineBytes)
    }
    try configure(url: target.url)
  }

  var isStream: Bool {
    if case .lines = receiver { true } else { false }
  }

  /// Whether the transfer ran, or may have run, on a connection that others share.
  var mayShareConnection: Bool {
    request.version != .http1 && easy.number(CURLINFO_HTTP_VERSION) != Int(CURL_HTTP_VERSION_1_1)
  }

  // MARK: What libcurl's callbacks call

  /// Takes one header line; false ends the transfer.
  func receiveHeader(_ line: [UInt8]) -> Bool {
    guard head.receive(line) else {
      return fail(
        .tooLarge,
        "the response's header is larger than \(ResponseHead.maximumBytes) bytes or \(ResponseHead.maximumFields) fields"
      )
    }
    if head.isComplete, !isStreaming, case .lines(let lines) = receiver, (200...299).contains(head.status) {
      isStreaming = true
      let stream = LineStream(
        head: response(body: []), channel: lines.channel, cancelTransfer: lines.cancelTransfer)
      lines.onStart(.success(.streaming(stream)))
    }
    return true
  }

  /// Takes the next bytes of content; false ends the transfer.
  func receiveBody(_ chunk: Span<UInt8>) -> Bool {
    guard isStreaming, case .lines(let lines) = receiver else { return collect(chunk) }
    do throws(LineAssembler.LineTooLong) {
      guard let batch = try assembler.append(chunk) else { return true }
      guard lines.channel.append(batch) else {
        return fail(.overflow, "more than \(lines.limits.maximumQueuedBytes) bytes of lines wait for their reader")
      }
      return true
    } catch {
      return fail(.tooLarge, "a line is longer than \(assembler.maximumLineBytes) bytes")
    }
  }

  private func collect(_ chunk: Span<UInt8>) -> Bool {
    let room = maximumBodyBytes - body.count
    guard chunk.count > room else {
      if body.isEmpty, let length = head.contentLength { body.reserveCapacity(min(length, maximumBodyBytes, 1 << 20)) }
      body.append(span: chunk)
      return true
    }
    guard !isStream else {
      body.append(span: chunk.extracting(..<room))
      isRefusalFull = true
      return false
    }
    return fail(.tooLarge, "the response's content is larger than \(maximumBodyBytes) bytes")
  }

  private func fail(_ kind: CurlFailure.Kind, _ detail: String) -> Bool {
    ownFailure = CurlFailure(kind: kind, operation: operation, detail: detail)
    return false
  }

  // MARK: The end

  /// Tells the receiver how the transfer ended. The last call on a transfer, after it left its multi handle.
  /// Returns whether it ended well.
  func finish(_ code: CURLcode) -> Bool {
    let failure = ownFailure ?? libraryFailure(code) ?? truncation()
    finish(with: failure)
    return failure == nil
  }

  /// As ``finish(_:)``, for ends that libcurl did not bring about; nil is a good end.
  func finish(with failure: CurlFailure?) {
    switch receiver {
    case .response(let complete):
      complete(failure.map { .failure($0) } ?? .success(response(body: body)))
    case .lines(let lines) where isStreaming:
      lines.channel.finish(failure)
    case .lines(let lines):
      lines.onStart(failure.map { .failure($0) } ?? .success(.refused(response(body: body))))
    }
  }

  private func libraryFailure(_ code: CURLcode) -> CurlFailure? {
    guard code != CURLE_OK, !isRefusalFull else { return nil }
    return CurlFailure(
      kind: CurlFailure.Kind(code), libraryCode: code.rawValue, operation: operation, detail: easy.message(for: code))
  }

  /// Checks what libcurl before 8.0 does not: an HTTP/2 transfer that was aborted can be reported as done (curl commits
  /// 48cd032, 544a7f8).
  private func truncation() -> CurlFailure? {
    guard head.isComplete else {
      return CurlFailure(kind: .truncated, operation: operation, detail: "the response ended within its header")
    }
    if isStreaming {
      guard assembler.pendingByteCount > 0 else { return nil }
      return CurlFailure(
        kind: .truncated, operation: operation,
        detail: "the stream ended within a line, after \(assembler.pendingByteCount) of its bytes")
    }
    guard !isRefusalFull, request.method != "HEAD", head.status != 204, head.status != 304,
      let declared = head.contentLength
    else { return nil }
    let received = easy.offset(CURLINFO_SIZE_DOWNLOAD_T)
    guard received != declared else { return nil }
    return CurlFailure(
      kind: .truncated, operation: operation, detail: "the response ended after \(received) of \(declared) bytes")
  }

  private func response(body: [UInt8]) -> HTTPResponse {
    HTTPResponse(status: head.status, headers: head.headers, body: body, version: version)
  }

  private var version: HTTPResponse.Version {
    switch easy.number(CURLINFO_HTTP_VERSION) {
    case Int(CURL_HTTP_VERSION_1_0): .http1_0
    case Int(CURL_HTTP_VERSION_1_1): .http1_1
    case Int(CURL_HTTP_VERSION_2_0): .http2
    default: .other
    }
  }
}
