internal import CNGHTTP2
import NIOCore

/// One connection's `nghttp2_session`, as a transformer of bytes and frames. Owned by one `HTTP2Handler`, one event
/// loop. Not to be called from within its own callbacks (`HTTP2Events`).
@safe
struct HTTP2Session: ~Copyable {
  private let handle: OpaquePointer
  /// Held because the library's callbacks reach it through an unretained pointer; `deinit` ends the library's use first.
  private let events: HTTP2Events

  init(events: HTTP2Events, limits: Limits) throws(HTTP2Failure) {
    var callbacks: OpaquePointer? = nil
    var options: OpaquePointer? = nil
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, unsafe nghttp2_option_new(&options) == 0,
      let callbacks = unsafe callbacks, let options = unsafe options
    else { throw HTTP2Failure(NGHTTP2_ERR_NOMEM.rawValue, "creating a session") }
    defer {
      unsafe nghttp2_session_callbacks_del(callbacks)
      unsafe nghttp2_option_del(options)
    }
    unsafe HTTP2Callbacks.install(in: callbacks)
    unsafe Self.setOptions(options)
    var session: OpaquePointer? = nil
    // SAFETY: `events` outlives the session, see there.
    let userData = unsafe Unmanaged.passUnretained(events).toOpaque()
    let result = unsafe nghttp2_session_server_new2(&session, callbacks, userData, options)
    guard result == 0, let session = unsafe session else { throw HTTP2Failure(result, "creating a session") }
    do {
      try unsafe Self.submitSettings(session, limits)
    } catch {
      unsafe nghttp2_session_del(session)
      throw error
    }
    unsafe handle = session
    self.events = events
  }

  deinit {
    unsafe nghttp2_session_del(handle)
  }

  /// The library's own defences. Reset rate and continuations exist in Debian's 1.52 and upstream from 1.61 on; ours on
  /// top of them count in more detail (`Limits.maxAbusiveFrames`).
  private static func setOptions(_ options: OpaquePointer) {
    unsafe nghttp2_option_set_stream_reset_rate_limit(options, 1000, 33)
    unsafe nghttp2_option_set_max_continuations(options, 8)
    unsafe nghttp2_option_set_max_settings(options, 32)
    unsafe nghttp2_option_set_max_outbound_ack(options, 200)
    unsafe nghttp2_option_set_no_closed_streams(options, 1)
    // Credit is given back by `consume`, see `BodyCredit`. What nghttp2 does not hand on (padding, DATA of streams that
    // are gone) it counts itself.
    unsafe nghttp2_option_set_no_auto_window_update(options, 1)
  }

  /// The largest frame that a peer may send. What Go's server allows: its client then sends bodies in frames of 512 KiB,
  /// each of which costs it and us a record and a callback less than the default of 16 KiB. Frames are not held.
  static let maxFrameBytes = 1 << 20

  private static func submitSettings(_ handle: OpaquePointer, _ limits: Limits) throws(HTTP2Failure) {
    let settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
        value: UInt32(clamping: limits.maxConcurrentStreams)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(clamping: min(limits.streamWindowBytes, Int(Int32.max)))),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_FRAME_SIZE.rawValue), value: UInt32(maxFrameBytes)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(clamping: limits.maxHeaderListBytes)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
    ]
    var result = unsafe nghttp2_submit_settings(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
    guard result == 0 else { throw HTTP2Failure(result, "submitting SETTINGS") }
    result = unsafe nghttp2_session_set_local_window_size(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: limits.connectionWindowBytes))
    guard result == 0 else { throw HTTP2Failure(result, "setting the connection window") }
  }

  // MARK: Bytes

  /// Processes input; what it means is in `HTTP2Events` afterwards. A failure ends the session, after what
  /// `pullOutput()` still yields.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Failure) {
    guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count > 0 else { return }
    let processed = unsafe nghttp2_session_mem_recv(handle, start, bytes.count)
    guard processed >= 0 else { throw HTTP2Failure(Int32(processed), "receiving frames") }
  }

  /// Adds the next frames to `events.output`; false when there is nothing more to send now.
  func pullOutput() throws(HTTP2Failure) -> Bool {
    let before = events.output.byteCount
    var lent: UnsafePointer<UInt8>? = nil
    let count = unsafe nghttp2_session_mem_send(handle, &lent)
    guard count >= 0 else { throw HTTP2Failure(Int32(count), "sending frames") }
    if count > 0, let start = unsafe lent {
      // SAFETY: the library lends `count` bytes until its next call.
      unsafe events.output.append(UnsafeRawBufferPointer(start: start, count: count))
    }
    return events.output.byteCount > before
  }

  /// Gives credit for body bytes back to the connection; WINDOW_UPDATE follows when half of its window is used.
  func consume(_ bytes: Int) {
    _ = unsafe nghttp2_session_consume_connection(handle, bytes)
  }

  /// Gives credit back to a stream; without effect where it is gone.
  func consume(_ bytes: Int, of id: Int32) {
    _ = unsafe nghttp2_session_consume_stream(handle, id, bytes)
  }

  /// Whether the session is over: it wants neither input nor output.
  var isFinished: Bool {
    unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
  }

  /// Frames that wait to be sent.
  var queuedFrames: Int { unsafe nghttp2_session_get_outbound_queue_size(handle) }

  // MARK: Frames

  /// Submits the one response of a stream, whose body is in `HTTP2Stream`.
  func submitResponse(_ stream: HTTP2Stream, fields: borrowing HTTP2FieldList, hasBody: Bool) throws(HTTP2Failure) {
    var provider = unsafe nghttp2_data_provider(
      source: nghttp2_data_source(fd: 0), read_callback: HTTP2Callbacks.readData)
    let result = unsafe fields.withNativeFields { native in
      unsafe hasBody
        ? nghttp2_submit_response(handle, stream.id, native.baseAddress, native.count, &provider)
        : nghttp2_submit_response(handle, stream.id, native.baseAddress, native.count, nil)
    }
    guard result == 0 else { throw HTTP2Failure(result, "submitting a response") }
  }

  /// Submits an interim "100 Continue".
  func submitContinue(_ stream: HTTP2Stream) {
    let fields = HTTP2FieldList(status: 100)
    _ = unsafe fields.withNativeFields { native in
      unsafe nghttp2_submit_headers(
        handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, native.baseAddress, native.count, nil)
    }
  }

  func reset(_ id: Int32, _ code: UInt32) {
    _ = unsafe nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code)
  }

  /// First step of a graceful close: GOAWAY that still allows every stream (RFC 9113 §6.8).
  func submitShutdownNotice() {
    _ = unsafe nghttp2_submit_shutdown_notice(handle)
  }

  /// A PING whose acknowledgement tells that the peer has seen what was sent before. nghttp2 sends it ahead of other
  /// frames that wait, so these have to be sent first.
  func submitPing() {
    _ = unsafe nghttp2_submit_ping(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
  }

  /// Second step: GOAWAY that names the last stream we answer. The session is finished when these are.
  func submitGoAway() {
    let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
    _ = unsafe nghttp2_submit_goaway(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError, nil, 0)
  }

  /// Ends the session with an error: GOAWAY, and nothing after it.
  func terminate(_ code: UInt32) {
    _ = unsafe nghttp2_session_terminate_session(handle, code)
  }
}
