import ArgumentParser
import NodeCost

/// Looks prices up without a server, or asks a running one for its sources.
struct PricesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices",
    abstract: "Look up node prices, and list where prices come from.",
    discussion: """
      What an instance type costs, in all regions or in one:
        dakr-scheduler prices --type m5.xlarge
        dakr-scheduler prices --provider gcp --region europe-west1 --type n2-standard-8 --capacity-type spot

      The same with a price file of your own before the catalogue:
        dakr-scheduler prices --price-file prices.csv --type m5.xlarge

      What is built in, and what a running server uses with the age of each source:
        dakr-scheduler prices --sources
        dakr-scheduler prices --sources --server https://127.0.0.1:8443 --trial ./trial

      Prices are US dollars per hour: list prices for Linux on shared hardware, without discounts.
      """)

  @Option(help: ArgumentHelp("aws, azure or gcp.", valueName: "name"))
  var provider: String?

  @Option(help: "A region, such as us-east-1.")
  var region: String?

  @Option(help: "A zone, such as us-east-1a; spot prices of AWS differ by zone.")
  var zone: String?

  @Option(name: .customLong("type"), help: "An instance type, such as m5.xlarge.")
  var instanceType: String?

  @Option(help: ArgumentHelp("on-demand or spot.", valueName: "name"))
  var capacityType: String?

  @Option(help: ArgumentHelp("A CSV file of your own prices.", valueName: "file"))
  var priceFile: String?

  @Flag(help: "List the sources of prices instead, with the number of prices in each.")
  var sources = false

  @Option(help: ArgumentHelp("How to print.", valueName: "table|json"))
  var output = OutputFormat.table

  @OptionGroup(title: "Asking a running server (with --sources)")
  var connection: ServerConnection

  func run() async throws {
    if sources {
      try await printSources()
    } else {
      try printPrices()
    }
  }

  // MARK: Look-up

  private struct Found: Encodable {
    let provider, region, zone, type, capacityType, dollarsPerHour, source: String
  }

  private func printPrices() throws {
    guard let instanceType else {
      throw ValidationError("say which instance type with --type, or use --sources to see where prices come from")
    }
    let wantedProvider = try provider.map(Self.provider)
    let wantedCapacity = try capacityType.map(Self.capacityType)
    var found = try prices(fromFileFor: instanceType, wantedProvider, wantedCapacity)
    PriceCatalogue.builtIn?.forEachPrice(ofType: { candidate, type in
      type == instanceType && (wantedProvider == nil || candidate == wantedProvider)
    }) { price in
      guard region == nil || price.region == region, zone == nil || price.zone == zone || price.zone.isEmpty,
        wantedCapacity == nil || price.capacityType == wantedCapacity
      else { return }
      found.append(
        Found(
          provider: price.provider.name, region: price.region, zone: price.zone, type: price.instanceType,
          capacityType: price.capacityType.rawValue, dollarsPerHour: price.price.description, source: "catalogue"))
    }
    if found.isEmpty, let estimate = try estimate(of: instanceType, wantedProvider, wantedCapacity) {
      found.append(estimate)
    }
    guard !found.isEmpty else {
      throw CommandFailure("no price of \(instanceType) is known with these filters" + (try hint(for: instanceType)))
    }
    try show(found)
  }

  private func show(_ found: [Found]) throws {
    guard output == .table else { return try OutputFormat.printJSON(found) }
    var table = TextTable([
      ("PROVIDER", .left), ("REGION", .left), ("ZONE", .left), ("TYPE", .left), ("CAPACITY", .left),
      ("USD/HOUR", .right), ("SOURCE", .left),
    ])
    for entry in found {
      table.add([
        entry.provider, entry.region, entry.zone, entry.type, entry.capacityType, entry.dollarsPerHour, entry.source,
      ])
    }
    print(table.text, terminator: "")
  }

  private func prices(
    fromFileFor instanceType: String, _ provider: CloudProvider?, _ capacity: CapacityType?
  ) throws -> [Found] {
    guard let priceFile else { return [] }
    let rows = try PriceFileLoader.load(priceFile, mode: .extend).rows
    return rows.filter { row in
      row.instanceType == instanceType && (provider == nil || row.provider == nil || row.provider == provider?.name)
        && (region == nil || row.region == nil || row.region == region)
        && (capacity == nil || row.capacityType == capacity)
    }.map { row in
      Found(
        provider: row.provider ?? "*", region: row.region ?? "*", zone: row.zone, type: row.instanceType,
        capacityType: row.capacityType.rawValue, dollarsPerHour: row.price.description, source: "price-file")
    }
  }

  /// What the server would use for a listed type in a place that is not listed.
  private func estimate(
    of instanceType: String, _ provider: CloudProvider?, _ capacity: CapacityType?
  ) throws -> Found? {
    let facts = NodePricingFacts(
      name: "", provider: provider, instanceType: instanceType, region: region ?? "", zone: zone ?? "",
      capacityType: capacity ?? .onDemand)
    guard let price = PriceBook().price(of: facts) else { return nil }
    return Found(
      provider: provider?.name ?? "", region: region ?? "", zone: zone ?? "", type: instanceType,
      capacityType: facts.capacityType.rawValue, dollarsPerHour: price.nanodollarsPerHour.description,
      source: price.source.rawValue)
  }

  private func hint(for instanceType: String) throws -> String {
    var names: Set<String> = []
    PriceCatalogue.builtIn?.forEachPrice(ofType: { _, name in
      names.insert(name)
      return false
    }) { _ in }
    return NearestName.hint(instanceType, among: names.sorted())
  }

  private static func provider(_ text: String) throws -> CloudProvider {
    guard let provider = CloudProvider(name: text) else {
      throw ValidationError("--provider must be one of aws, azure, gcp; found \"\(text)\"")
    }
    return provider
  }

  private static func capacityType(_ text: String) throws -> CapacityType {
    guard let type = CapacityType(spelling: text) else {
      throw ValidationError("--capacity-type must be on-demand or spot; found \"\(text)\"")
    }
    return type
  }

  // MARK: Sources

  private func printSources() async throws {
    let report: PriceReport
    if connection.isGiven {
      report = try await connection.client().get("/prices", as: PriceReport.self)
    } else {
      let file = try priceFile.map { try PriceFileLoader.load($0, mode: .extend) }
      report = PriceReport(book: PriceBook(priceFile: file), controlPlaneAgeSeconds: nil)
    }
    guard output == .table else { return try OutputFormat.printJSON(report) }
    var table = TextTable([("SOURCE", .left), ("PRICES", .right), ("AGE", .right), ("MEANING", .left)])
    for source in report.sources {
      table.add([source.source, source.prices.map(String.init) ?? "-", source.age, source.meaning])
    }
    print(table.text, terminator: "")
  }
}
