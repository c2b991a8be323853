internal import CNGHTTP2

/// The error codes of RFC 9113 §7 that we send, or tell apart.
enum HTTP2ErrorCode {
  static let noError = UInt32(NGHTTP2_NO_ERROR.rawValue)
  static let protocolError = UInt32(NGHTTP2_PROTOCOL_ERROR.rawValue)
  static let refusedStream = UInt32(NGHTTP2_REFUSED_STREAM.rawValue)
  static let cancel = UInt32(NGHTTP2_CANCEL.rawValue)
  static let settingsTimeout = UInt32(NGHTTP2_SETTINGS_TIMEOUT.rawValue)
  static let enhanceYourCalm = UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
}
