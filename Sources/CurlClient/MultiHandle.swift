internal import CCurl

/// Owner of one `CURLM` multi handle: the connection pool and the transfers that run on it.
///
/// Stays on the engine's thread, except for ``WakeupHandle``. All easy handles must be removed before it is destroyed.
@safe struct MultiHandle: ~Copyable {
  /// A transfer that libcurl reports as done.
  struct Finished {
    /// What ``EasyHandle/setPrivate(_:)`` was given.
    var id: UInt
    var code: CURLcode
  }

  /// Whether several transfers may share one HTTP/2 connection at a time.
  ///
  /// Not before libcurl 8.1. With Debian's 7.88.1, 20 parallel downloads of 2 MB from nghttpd over one connection stall
  /// for good with their last, short DATA frame in libcurl's hands (seen in most runs), besides the hazards of streams
  /// that are paused or aborted beside others. One transfer at a time per connection has none of them.
  static let isMultiplexing = ccurl_runtime_version() >= 0x08_01_00

  let pointer: UnsafeMutableRawPointer

  /// Nil where libcurl cannot allocate.
  init?(maximumConnections: Int) {
    guard let pointer = unsafe curl_multi_init() else { return nil }
    unsafe self.pointer = unsafe pointer
    // SAFETY: the handle is live; both options have been known since 7.16 and cannot be refused.
    let sharing = Self.isMultiplexing ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING
    _ = unsafe ccurl_multi_setopt_long(pointer, CURLMOPT_PIPELINING, Int(sharing))
    _ = unsafe ccurl_multi_setopt_long(pointer, CURLMOPT_MAXCONNECTS, maximumConnections)
  }

  deinit { _ = unsafe curl_multi_cleanup(pointer) }

  func add(_ easy: borrowing EasyHandle) -> CURLMcode {
    unsafe curl_multi_add_handle(pointer, easy.pointer)
  }

  /// Takes a transfer out, closing its connection where it was under way over HTTP/1.1.
  func remove(_ easy: borrowing EasyHandle) {
    _ = unsafe curl_multi_remove_handle(pointer, easy.pointer)
  }

  /// Does all work that is due. False where the handle is beyond repair.
  func perform() -> Bool {
    var running: CInt = 0
    return unsafe curl_multi_perform(pointer, &running) == CURLM_OK
  }

  /// Waits for sockets, libcurl's own timers, a wake-up, or `milliseconds`.
  func poll(milliseconds: CInt) -> Bool {
    unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil) == CURLM_OK
  }

  /// The next transfer that is done. What the message points to dies with the easy handle, so all is copied.
  func nextFinished() -> Finished? {
    var remaining: CInt = 0
    while let message = unsafe curl_multi_info_read(pointer, &remaining) {
      // SAFETY: the message lives until the next call on this multi handle; it is only read here.
      guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else { continue }
      var tag: UnsafeMutablePointer<CChar>?
      _ = unsafe ccurl_getinfo_pointer(easy, CURLINFO_PRIVATE, &tag)
      let code = unsafe ccurl_message_result(message)
      return Finished(id: UInt(bitPattern: tag), code: code)
    }
    return nil
  }
}

/// The address of a multi handle, for `curl_multi_wakeup` only: the one function of a multi handle that any thread may
/// call (curl_multi_wakeup(3)). Whoever holds it must know that the handle is live.
@safe struct WakeupHandle: @unchecked Sendable {
  private let pointer: UnsafeMutableRawPointer

  init(_ multi: borrowing MultiHandle) {
    unsafe pointer = multi.pointer
  }

  func wakeUp() {
    _ = unsafe curl_multi_wakeup(pointer)
  }
}
