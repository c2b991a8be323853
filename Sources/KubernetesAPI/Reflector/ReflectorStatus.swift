/// What a reflector knows about itself; a copy.
package struct ReflectorStatus: Sendable {
  /// What is watched, such as `nodes`.
  package var name: String
  /// Whether a complete list was handed to the sink at least once.
  package var isSynced = false
  /// Whether the server has accepted a watch that has not ended.
  package var isWatching = false
  /// When the last complete list was handed to the sink (``KubernetesClock/monotonicNanoseconds``).
  package var lastSyncNanoseconds: UInt64?
  /// When the server last said anything: a list, a watch's beginning, an event, a bookmark.
  package var lastContactNanoseconds: UInt64?
  /// How many lists, events and failures there were since the start.
  package var lists = 0
  package var events = 0
  package var failures: [KubernetesFailure.Reason: Int] = [:]
  /// The last failure, until a watch begins again.
  package var lastFailure: KubernetesFailure?

  package init(name: String) {
    self.name = name
  }

  /// Nanoseconds since the server last said anything; nil where it never did.
  package func contactAgeNanoseconds(nowNanoseconds: UInt64) -> UInt64? {
    lastContactNanoseconds.map { nowNanoseconds >= $0 ? nowNanoseconds - $0 : 0 }
  }
}

/// What happened in a reflector, for metrics. Called on the reflector's task; must not block.
package enum ReflectorObservation: Sendable {
  /// A complete list was handed to the sink.
  case listed(objects: Int, durationNanoseconds: UInt64)
  case watchStarted
  /// So many events (bookmarks not counted) were handed to the sink.
  case applied(events: Int)
  /// A watch ended in order.
  case watchCompleted
  case failed(KubernetesFailure.Reason)
}
