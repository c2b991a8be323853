import TestSupport
import Testing

@testable import NodeCost

@Suite struct PriceBookTests {
  static let node = NodePricingFacts(
    name: "a", provider: .aws, instanceType: "m5.large", region: "us-east-1", allocatableMilliCPU: 1930,
    allocatableMemoryBytes: 7 << 30)

  static func file(_ text: String, mode: PriceFile.Mode = .extend) throws -> PriceFile {
    try PriceFile(parsing: Array(text.utf8), mode: mode)
  }

  static let prices = "instance_type,usd_per_hour\nm5.large,0.07\n"

  @Test func asksSourcesInOrder() throws {
    let file = try Self.file(Self.prices)
    let remote = ControlPlanePrices(nanodollarsPerHour: ["a": 80_000_000], receivedAtNanoseconds: 0)
    var annotated = Self.node
    annotated.hourlyCostAnnotation = "0.0960"
    let full = PriceBook(priceFile: file, controlPlane: remote)
    let expected: [(PriceBook, NodePricingFacts, String, PriceSource)] = [
      (full, annotated, "0.096", .annotation),
      (full, Self.node, "0.08", .controlPlane),
      (full.replacing(controlPlane: nil), Self.node, "0.07", .priceFile),
      (PriceBook(), Self.node, "0.096", .catalogue),
    ]
    for (book, facts, usd, source) in expected {
      let price = try #require(book.price(of: facts))
      #expect(price.nanodollarsPerHour.description == usd)
      #expect(price.source == source)
    }
  }

  @Test(arguments: ["", "free", "-1", "1e3", "1000001", "$0.1"])
  func passesOverAnnotationsThatAreNoPrice(text: String) throws {
    var facts = Self.node
    facts.hourlyCostAnnotation = text
    #expect(try #require(PriceBook().price(of: facts)).source == .catalogue)
    #expect(try #require(PriceBook.annotationProblem(in: text)).contains("\"\(text)\""))
  }

  @Test func anAnnotationMayBeFree() throws {
    var facts = Self.node
    facts.hourlyCostAnnotation = "0"
    #expect(
      try #require(PriceBook().price(of: facts))
        == NodePrice(nanodollarsPerHour: .init(rawValue: 0), source: .annotation))
    #expect(PriceBook.annotationProblem(in: "0.0") == nil)
  }

  @Test func aReplacingFileTurnsListPricesOff() throws {
    let file = try Self.file("instance_type,usd_per_hour\nother,0.07\n", mode: .replace)
    #expect(try #require(PriceBook(priceFile: file).price(of: Self.node)).source == .estimated)
    let extending = try Self.file("instance_type,usd_per_hour\nother,0.07\n")
    #expect(try #require(PriceBook(priceFile: extending).price(of: Self.node)).source == .catalogue)
  }

  @Test func findsTheProviderByTheTypeWhereNothingElseTells() throws {
    var facts = Self.node
    facts.provider = nil
    #expect(try #require(PriceBook().price(of: facts)).source == .catalogue)
    facts.instanceType = "Standard_D4s_v3"
    facts.region = "westeurope"
    #expect(try #require(PriceBook().price(of: facts)).nanodollarsPerHour.description == "0.24")
  }

  @Test func takesTheMostParticularLineOfAFile() throws {
    let file = try Self.file(
      """
      # what we really pay
      provider,region,zone,instance_type,capacity_type,usd_per_hour,node
      aws,us-east-1,use1-az4,m5.large,spot,0.01,
      aws,us-east-1,us-east-1b,m5.large,spot,0.02,
      aws,us-east-1,,m5.large,spot,0.03,
      *,us-east-1,,m5.large,spot,0.035,
      aws,*,,m5.large,spot,0.04,
      *,*,,m5.large,,0.05,
      ,,,,,0.06,special
      hetzner,*,,cx22,,0.007,
      """)
    let book = PriceBook(priceFile: file)
    func price(_ change: (inout NodePricingFacts) -> Void) -> String? {
      var facts = Self.node
      facts.capacityType = .spot
      change(&facts)
      let price = book.price(of: facts)
      return price?.source == .priceFile ? price?.nanodollarsPerHour.description : nil
    }
    #expect(
      price {
        $0.zoneID = "use1-az4"; $0.zone = "us-east-1b"
      } == "0.01")
    #expect(price { $0.zone = "us-east-1b" } == "0.02")
    #expect(price { $0.zone = "us-east-1c" } == "0.03")
    #expect(price { $0.provider = nil } == "0.035")
    #expect(price { $0.region = "eu-west-1" } == "0.04")
    #expect(price { $0.capacityType = .onDemand } == "0.05")
    #expect(price { $0.name = "special" } == "0.06")
    #expect(
      price {
        $0.provider = nil; $0.providerID = "hetzner://1"; $0.instanceType = "cx22"; $0.capacityType = .onDemand
      } == "0.007")
    #expect(price { $0.instanceType = "m5.xlarge" } == nil)
  }

  @Test(arguments: [
    ("", 1, ""), ("instance_type\nm5.large\n", 1, "usd_per_hour"), ("usd_per_hour\n1\n", 1, "instance_type"),
    ("instance_type,usd_per_hour,colour\n", 1, "colour"),
    ("instance_type,usd_per_hour,usd_per_hour\n", 1, "usd_per_hour"),
    ("instance_type,usd_per_hour\nm5.large,0.1\nm5.xlarge,cheap\n", 3, "usd_per_hour"),
    ("instance_type,usd_per_hour\nm5.large,0\n", 2, "usd_per_hour"),
    ("instance_type,usd_per_hour\nm5.large,-1\n", 2, "usd_per_hour"),
    ("instance_type,usd_per_hour\nm5.large,1000001\n", 2, "usd_per_hour"),
    ("instance_type,usd_per_hour\nm5.large\n", 2, ""), ("instance_type,usd_per_hour\n,0.1\n", 2, "instance_type"),
    ("instance_type,usd_per_hour,capacity_type\nm5.large,0.1,sometimes\n", 2, "capacity_type"),
    ("instance_type,usd_per_hour,zone\nm5.large,0.1,z\n", 2, "region"),
    ("instance_type,usd_per_hour\na,1\n\n# note\nb,1\na,2\n", 6, ""),
    ("instance_type,usd_per_hour\n\"a,1\n", 3, ""), ("instance_type,usd_per_hour\n\"a\"b,1\n", 2, ""),
    ("node,usd_per_hour\nn,1\nn,1\n", 3, ""),
  ])
  func namesLineAndColumn(text: String, line: Int, column: String) {
    #expect {
      try Self.file(text)
    } throws: { error in
      guard let error = error as? PriceFileError else { return false }
      return error.line == line && error.column == column && !error.problem.isEmpty
    }
  }

  @Test func readsQuotesAndLineEndings() throws {
    let file = try Self.file("\u{FEFF}usd_per_hour,instance_type\r\n\"0.5\",\"a \"\"b\"\", c\"\r\n 0.25 , d \r\n")
    #expect(file.rows.map(\.instanceType) == ["a \"b\", c", "d"])
    #expect(file.rows.map(\.price.rawValue) == [500_000_000, 250_000_000])
  }

  @Test func randomBytesNeverTrap() {
    var generator = SeededGenerator(seed: 4)
    let alphabet = Array("instance_type,usd_per_hour\n\r\"#*0.1 \u{FF}".utf8) + [0xFF, 0xC0]
    for _ in 0..<3000 {
      var bytes = Array("instance_type,usd_per_hour\n".utf8)
      for _ in 0..<Int.random(in: 0...60, using: &generator) {
        bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      _ = try? PriceFile(parsing: bytes, mode: .extend)
    }
  }
}
