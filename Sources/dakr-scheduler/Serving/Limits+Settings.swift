import NIOCore
import Transport

extension Limits {
  /// The transport's limits as configured; what has no setting keeps the transport's own default.
  init(_ settings: ResolvedSettings) {
    func time(_ setting: Setting) -> TimeAmount { .nanoseconds(Int64(settings.integer(setting))) }
    self.init()
    handshakeTimeout = time(.handshakeTimeout)
    maxConcurrentHandshakes = settings.integer(.concurrentHandshakes)
    maxHandshakeBytes = settings.integer(.handshakeBytes)
    maxConnections = settings.integer(.connections)
    headTimeout = time(.headTimeout)
    maxHeaderListBytes = settings.integer(.headerListBytes)
    maxHeaderFieldBytes = settings.integer(.headerFieldBytes)
    maxHeaderCount = settings.integer(.headerCount)
    maxBodyBytes = settings.integer(.bodyBytes)
    offloadBodyBytes = settings.integer(.offloadBodyBytes)
    maxBufferedBytes = settings.integer(.bufferedBytes)
    maxConcurrentStreams = settings.integer(.concurrentStreams)
    streamWindowBytes = settings.integer(.streamWindowBytes)
    connectionWindowBytes = settings.integer(.connectionWindowBytes)
    idleTimeout = time(.idleTimeout)
    requestTimeout = time(.requestTimeout)
    responseTimeout = time(.responseTimeout)
    lingerTimeout = time(.lingerTimeout)
    maxAbusiveFrames = settings.integer(.abusiveFrames)
    abuseWindow = time(.abuseWindow)
    maxQueuedFrames = settings.integer(.queuedFrames)
    settingsTimeout = time(.settingsTimeout)
    maxConnectionAge = time(.connectionAge)
    goAwayNoticeTimeout = time(.goAwayNotice)
    sweepInterval = time(.sweepInterval)
  }
}
