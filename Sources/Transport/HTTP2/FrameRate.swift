import NIOCore

/// How many frames of one kind came within the last window, estimated from the current and the previous window: two
/// numbers instead of a list of times, and no burst of twice the limit at a window's edge.
struct FrameRate {
  private var windowStart = NIODeadline.uptimeNanoseconds(0)
  private var previous = 0
  private var current = 0

  /// Counts one more, and tells whether there are more than `limit` per `window`.
  mutating func record(now: NIODeadline, limit: Int, window: TimeAmount) -> Bool {
    let elapsed = (now - windowStart).nanoseconds
    let length = max(1, window.nanoseconds)
    if elapsed >= 2 * length {
      windowStart = now
      previous = 0
      current = 0
    } else if elapsed >= length {
      windowStart = windowStart + window
      previous = current
      current = 0
    }
    current += 1
    let remaining = length - max(0, min(length, (now - windowStart).nanoseconds))
    let carried = Int(Double(previous) * (Double(remaining) / Double(length)))
    return carried + current > limit
  }
}
