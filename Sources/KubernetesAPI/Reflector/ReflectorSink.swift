package import WireFormat

/// Where a reflector puts what it reads. Called from one task, one call after the other; while a call is awaited nothing
/// further is read, so a sink that takes long ends in `too_large` once the watch's queue is full, and a new list.
package struct ReflectorSink<Object: Sendable>: Sendable {
  /// Everything there is: what was known before and is not in the array is gone.
  package var replaceAll: @Sendable ([Object]) async -> Void
  /// One change; only `added`, `modified` and `deleted`.
  package var apply: @Sendable (WatchEvent<Object>) async -> Void

  package init(
    replaceAll: @escaping @Sendable ([Object]) async -> Void,
    apply: @escaping @Sendable (WatchEvent<Object>) async -> Void
  ) {
    self.replaceAll = replaceAll
    self.apply = apply
  }
}
