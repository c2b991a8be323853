import Logging
import Synchronization

/// The TLS context that new connections get, renewed when its files change. Any thread.
///
/// A live context is never edited: a new one is made from the new files and takes its place; connections keep the one
/// they began with. Files that cannot be used, a key that does not belong to its certificate among them, leave the old
/// context in place.
final class CertificateStore: Sendable {
  private struct State {
    var context: TLSContext
    var fingerprint: [UInt8]
    /// What was last reported, so that a broken pair is logged once and not at each poll.
    var reportedProblem: String?
  }

  let configuration: TLSConfiguration
  private let observer: any TransportObserver
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads the files; blocks on disk.
  init(
    _ configuration: TLSConfiguration, observer: any TransportObserver, logger: Logger
  ) throws(TLSFailure) {
    let material = try TLSMaterial(reading: configuration)
    let context = try TLSContext(material, configuration)
    self.configuration = configuration
    self.observer = observer
    self.logger = logger
    state = Mutex(State(context: context, fingerprint: material.fingerprint))
    observer.certificateExpiry(unixSeconds: context.expiryUnixSeconds)
  }

  /// The context for a new connection.
  var current: TLSContext { state.withLock { $0.context } }

  /// Looks at the files, and takes them over if they have changed and are sound. Blocks on disk. Not to be called by
  /// two threads at once.
  func reloadIfChanged() {
    do {
      let material = try TLSMaterial(reading: configuration)
      guard material.fingerprint != state.withLock({ $0.fingerprint }) else {
        // Back to what is in use, after a broken state in between.
        return state.withLock { $0.reportedProblem = nil }
      }
      let context = try TLSContext(material, configuration)
      state.withLock { state in
        state.context = context
        state.fingerprint = material.fingerprint
        state.reportedProblem = nil
      }
      observer.certificateReloaded(success: true)
      observer.certificateExpiry(unixSeconds: context.expiryUnixSeconds)
      logger.notice(
        "TLS certificate reloaded", metadata: ["file": "\(configuration.certificateFile)"])
    } catch {
      observer.certificateReloaded(success: false)
      let problem = error.description
      let isNew = state.withLock { state in
        defer { state.reportedProblem = problem }
        return state.reportedProblem != problem
      }
      if isNew {
        logger.error("TLS certificate not reloaded, the previous one stays in use", metadata: ["reason": "\(problem)"])
      }
    }
  }
}
