import CurlClient
import Logging
import NodeCost
import ServiceLifecycle

/// Prices as configured: the price file and the control plane, and the work that keeps both fresh.
struct PriceSources {
  let keeper: ViewKeeper
  /// nil where no token is configured.
  let refresher: ControlPlaneRefresher?
  private let file: (path: String, content: [UInt8], mode: PriceFile.Mode)?
  private let logger: Logger

  /// Reads the price file; throws where it is no good, since a mistake should show at start.
  init(_ settings: ResolvedSettings, token: ClusterToken?, engine: CurlEngine) throws {
    logger = Logger(label: "prices")
    file = try Self.readFile(settings)
    let priceFile = try file.map { try PriceFileLoader.parse($0.content, name: $0.path, mode: $0.mode) }
    keeper = ViewKeeper(
      book: PriceBook(priceFile: priceFile), interval: .nanoseconds(settings.integer(.snapshotInterval)))
    refresher = try Self.refresher(settings, token: token, engine: engine, keeper: keeper, logger: logger)
  }

  /// Work for as long as the server runs.
  var services: [any Service] {
    let keeper = keeper
    var services: [any Service] = [BackgroundService("snapshots") { await keeper.run() }]
    if let file {
      let watched = WatchedFile(
        path: file.path, maximumBytes: PriceFile.maximumBytes, interval: .seconds(2), logger: logger
      ) { content in
        let prices = try PriceFileLoader.parse(content, name: file.path, mode: file.mode)
        keeper.change { $0.book = $0.book.replacing(priceFile: prices) }
      }
      services.append(BackgroundService("price file") { await watched.run(known: file.content) })
    }
    if let refresher {
      services.append(BackgroundService("control plane") { await refresher.run() })
      let logger = logger
      services.append(BackgroundService("control plane report") { await Self.report(refresher, logger) })
    }
    return services
  }

  /// Never fails: there is always a price, if only an estimate. The age is for people.
  var healthCheck: HealthCheck {
    HealthCheck(
      name: "prices", problem: { nil },
      note: { [refresher] in
        guard let refresher else { return nil }
        guard let age = refresher.ageNanoseconds else { return "none from the control plane yet" }
        let seconds = age / 1_000_000_000
        return refresher.status.isExpired
          ? "those of the control plane are too old to be used (\(seconds) s)"
          : "those of the control plane are \(seconds) s old"
      })
  }

  private static func readFile(
    _ settings: ResolvedSettings
  ) throws -> (path: String, content: [UInt8], mode: PriceFile.Mode)? {
    guard let path = settings.text(.priceFile) else { return nil }
    let mode = PriceFile.Mode(rawValue: settings.choice(.priceFileMode)) ?? .extend
    return (path, try PrivateFile.read(path, maximumBytes: PriceFile.maximumBytes), mode)
  }

  private static func refresher(
    _ settings: ResolvedSettings, token: ClusterToken?, engine: CurlEngine, keeper: ViewKeeper, logger: Logger
  ) throws -> ControlPlaneRefresher? {
    guard let token else { return nil }
    let address = settings.choice(.controlPlaneAddress)
    guard address.lowercased().hasPrefix("https://") || ControlPlaneTransport.isLoopback(address) else {
      throw SettingsFailure(
        problems: [
          "nodeCost.controlPlaneAddress must begin with https:// (http:// only for this machine): a token goes there"
        ])
    }
    var plane = ControlPlaneSettings(
      address: address, teamID: settings.text(.teamID) ?? "", clusterID: settings.text(.clusterID) ?? "",
      clusterName: settings.text(.clusterName) ?? "", client: "dakr-scheduler/\(BuildInformation.current.version)")
    plane.timeoutMilliseconds = UInt64(settings.integer(.controlPlaneTimeout) / 1_000_000)
    plane.refreshIntervalNanoseconds = UInt64(settings.integer(.priceRefresh))
    plane.maximumAgeNanoseconds = UInt64(settings.integer(.maximumPriceAge))
    let authority = try settings.text(.controlPlaneCA).map { try PrivateFile.read($0, maximumBytes: 1 << 20) }
    let transport = ControlPlaneTransport(engine: engine, authorityPEM: authority)
    logger.info("asking a control plane for prices", metadata: ["address": "\(address)"])
    return ControlPlaneRefresher(
      settings: plane,
      environment: ControlPlaneRefresher.Environment(
        transport: { try await transport.send($0) }, token: { token.read() })
    ) { prices in
      keeper.change { $0.book = $0.book.replacing(controlPlane: prices) }
    }
  }

  /// Says once when the control plane begins to fail and once when it recovers.
  private static func report(_ refresher: ControlPlaneRefresher, _ logger: Logger) async {
    var wasFailing = false
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      let status = refresher.status
      if let failure = status.lastFailure, !wasFailing {
        wasFailing = true
        logger.warning(
          "no prices from the control plane; the last ones stay in use until nodeCost.maximumPriceAge",
          metadata: ["failure": "\(failure)"])
      } else if status.lastFailure == nil, wasFailing {
        wasFailing = false
        logger.info("prices from the control plane again", metadata: ["nodes": "\(status.nodesPriced)"])
      }
    }
  }
}
