/// Which of `Limits` a peer met. The raw value is stable and serves as a metric label.
package enum LimitKind: String, Sendable, CaseIterable {
  /// `Limits.handshakeTimeout`: connection closed.
  case handshakeTimeout = "handshake_timeout"
  /// `Limits.maxConcurrentHandshakes`: connection closed.
  case handshakeConcurrency = "handshake_concurrency"
  /// `Limits.maxHandshakeBytes`: connection closed.
  case handshakeBytes = "handshake_bytes"
  /// `Limits.maxConnections`: connection closed.
  case connections
  /// `Limits.headTimeout`: 408.
  case headTimeout = "head_timeout"
  /// `Limits.maxHeaderListBytes`, `maxHeaderFieldBytes` or `maxHeaderCount`: 431.
  case headers
  /// `Limits.maxBodyBytes`: 413.
  case bodySize = "body_size"
  /// `Limits.maxBufferedBytes`: 503.
  case bufferedBytes = "buffered_bytes"
  /// `Limits.maxConcurrentStreams`: stream refused.
  case concurrentStreams = "concurrent_streams"
  /// `Limits.idleTimeout`: connection closed gracefully.
  case idleTimeout = "idle_timeout"
  /// `Limits.requestTimeout`: 408.
  case requestTimeout = "request_timeout"
  /// `Limits.responseTimeout`: stream reset or connection closed.
  case responseTimeout = "response_timeout"
  /// `Limits.maxAbusiveFrames`, unfinished streams reset by the peer: GOAWAY.
  case streamResets = "stream_resets"
  /// `Limits.maxAbusiveFrames`, streams that the peer's errors make us reset: GOAWAY.
  case provokedResets = "provoked_resets"
  /// `Limits.maxAbusiveFrames`, PING: GOAWAY.
  case pings
  /// `Limits.maxAbusiveFrames`, SETTINGS: GOAWAY.
  case settings
  /// `Limits.maxAbusiveFrames`, PRIORITY: GOAWAY.
  case priorities
  /// `Limits.maxAbusiveFrames`, DATA without data or end of stream: GOAWAY.
  case emptyData = "empty_data"
  /// `Limits.maxAbusiveFrames`, invalid frames: GOAWAY.
  case invalidFrames = "invalid_frames"
  /// `Limits.maxQueuedFrames`: connection closed.
  case queuedFrames = "queued_frames"
  /// `Limits.settingsTimeout`: GOAWAY.
  case settingsTimeout = "settings_timeout"
}
