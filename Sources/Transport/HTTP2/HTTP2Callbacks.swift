internal import CNGHTTP2

/// nghttp2's callbacks: each unwraps the pointers it is given, calls one method of `HTTP2Events`, and turns the result
/// into the library's code. Streams are looked up by number, never by pointer: the library also calls for streams that
/// the application has never seen.
enum HTTP2Callbacks {
  /// Tells nghttp2 that a callback failed for the one stream, which it then resets.
  private static let streamFailure = Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  private static let frameHeaderBytes = 9

  static func install(in callbacks: OpaquePointer) {
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
      guard let frame = unsafe frame, let events = unsafe HTTP2Callbacks.events(userData) else { return 0 }
      if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
        unsafe events.beginRequestHeaders(frame.pointee.hd.stream_id)
      } else {
        events.beginTrailers()
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, _, name, nameCount, value, valueCount, _, userData in
      guard let events = unsafe HTTP2Callbacks.events(userData) else { return 0 }
      // SAFETY: the library lends both ranges for the time of this call.
      let isAccepted = unsafe events.addHeader(
        name: UnsafeBufferPointer(start: name, count: nameCount),
        value: UnsafeBufferPointer(start: value, count: valueCount))
      return isAccepted ? 0 : HTTP2Callbacks.streamFailure
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, streamID, data, count, userData in
      // SAFETY: the library lends the range for the time of this call.
      unsafe HTTP2Callbacks.events(userData)?.addData(streamID, UnsafeRawBufferPointer(start: data, count: count))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, streamID, _, userData in
      unsafe HTTP2Callbacks.events(userData)?.closeStream(streamID)
      return 0
    }
    unsafe installFrameCallbacks(in: callbacks)
  }

  private static func installFrameCallbacks(in callbacks: OpaquePointer) {
    // Larger frames than nghttp2's 16 KiB, for peers that take them; Go's client does.
    unsafe nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks) {
      _, _, _, connectionWindow, streamWindow, maxFrameBytes, _ in
      min(Int(connectionWindow), Int(streamWindow), Int(maxFrameBytes), HTTP2Events.dataBytes)
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
      guard let frame = unsafe frame, let events = unsafe HTTP2Callbacks.events(userData) else { return 0 }
      unsafe HTTP2Callbacks.received(frame, events)
      return 0
    }
    // PRIORITY is ignored by a server that says NO_RFC7540_PRIORITIES, so that only its beginning is reported.
    unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, userData in
      guard let header = unsafe header, let events = unsafe HTTP2Callbacks.events(userData) else { return 0 }
      if unsafe UInt32(header.pointee.type) == NGHTTP2_PRIORITY.rawValue { events.countAbuse(.priorities) }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, userData in
      unsafe HTTP2Callbacks.events(userData)?.countAbuse(.invalidFrames)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, userData in
      guard let frame = unsafe frame, let events = unsafe HTTP2Callbacks.events(userData) else { return 0 }
      unsafe HTTP2Callbacks.sent(frame, events)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, header, length, _, userData in
      guard let frame = unsafe frame, let header = unsafe header, let events = unsafe HTTP2Callbacks.events(userData)
      else { return HTTP2Callbacks.streamFailure }
      // SAFETY: `header` is the serialised frame header, whose size the protocol fixes.
      switch unsafe events.sendData(
        frame.pointee.hd.stream_id,
        frameHeader: UnsafeRawBufferPointer(start: header, count: HTTP2Callbacks.frameHeaderBytes),
        length: length)
      {
      case .sent: return 0
      case .full: return Int32(NGHTTP2_ERR_WOULDBLOCK.rawValue)
      case .unknownStream: return HTTP2Callbacks.streamFailure
      }
    }
  }

  /// The data source of every response: says how much there is, and leaves the copying to the send-data callback.
  static let readData: nghttp2_data_source_read_callback = { _, streamID, _, length, flags, _, userData in
    guard let events = unsafe events(userData), let flags = unsafe flags,
      let available = events.dataAvailable(streamID, upTo: length)
    else { return Int(streamFailure) }
    unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
    if available.isLast { unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
    return available.bytes
  }

  private static func events(_ userData: UnsafeMutableRawPointer?) -> HTTP2Events? {
    guard let userData = unsafe userData else { return nil }
    // SAFETY: `HTTP2Session.init` stored this object, which the session holds.
    return unsafe Unmanaged<HTTP2Events>.fromOpaque(userData).takeUnretainedValue()
  }

  private static func received(_ frame: UnsafePointer<nghttp2_frame>, _ events: HTTP2Events) {
    let header = unsafe frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    let isAcknowledgement = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST { events.endRequestHeaders(header.stream_id) }
      if endsStream { events.endRequest(header.stream_id) }
    case NGHTTP2_DATA.rawValue:
      if endsStream {
        events.endRequest(header.stream_id)
      } else if header.length == 0 {
        events.countAbuse(.emptyData)
      }
    case NGHTTP2_RST_STREAM.rawValue: events.countReset(by: header.stream_id)
    case NGHTTP2_SETTINGS.rawValue:
      if isAcknowledgement { events.events.append(.settingsAcknowledged) } else { events.countAbuse(.settings) }
    case NGHTTP2_PING.rawValue:
      if isAcknowledgement { events.events.append(.pingAcknowledged) } else { events.countAbuse(.pings) }
    default: break
    }
  }

  private static func sent(_ frame: UnsafePointer<nghttp2_frame>, _ events: HTTP2Events) {
    let header = unsafe frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
      if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 { events.endResponse(header.stream_id) }
    case NGHTTP2_RST_STREAM.rawValue:
      switch unsafe frame.pointee.rst_stream.error_code {
      case HTTP2ErrorCode.noError, HTTP2ErrorCode.cancel: break
      case HTTP2ErrorCode.refusedStream: events.events.append(.streamRefused)
      default: events.countAbuse(.provokedResets)
      }
    default: break
    }
  }
}
