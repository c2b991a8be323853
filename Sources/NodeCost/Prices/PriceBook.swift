/// Everything that is known about prices at one moment: immutable, shared by all threads, replaced as a whole when the
/// control plane answers or a price file changes.
package final class PriceBook: Sendable {
  /// The built-in list prices, or nil where the program was linked without sound ones.
  package let catalogue: PriceCatalogue?
  /// The user's prices.
  package let priceFile: PriceFile?
  /// The control plane's prices, not older than the refresher's maximum age; nil where there is no control plane.
  package let controlPlane: ControlPlanePrices?

  /// A book of these sources.
  package init(
    catalogue: PriceCatalogue? = .builtIn, priceFile: PriceFile? = nil, controlPlane: ControlPlanePrices? = nil
  ) {
    self.catalogue = catalogue
    self.priceFile = priceFile
    self.controlPlane = controlPlane
  }

  /// The same book with other control-plane prices.
  package func replacing(controlPlane: ControlPlanePrices?) -> PriceBook {
    PriceBook(catalogue: catalogue, priceFile: priceFile, controlPlane: controlPlane)
  }

  /// The same book with another price file.
  package func replacing(priceFile: PriceFile?) -> PriceBook {
    PriceBook(catalogue: catalogue, priceFile: priceFile, controlPlane: controlPlane)
  }

  /// A node's price from the first source that knows it: annotation, control plane, price file, catalogue, estimate.
  /// Nil where there is nothing even to estimate from; such a node counts as the median of a request's candidates.
  ///
  /// An annotation that is no price is passed over; ``annotationProblem(in:)`` says what is wrong with it.
  package func price(of facts: NodePricingFacts) -> NodePrice? {
    if let text = facts.hourlyCostAnnotation, let price = Self.annotated(text) {
      return NodePrice(nanodollarsPerHour: price, source: .annotation)
    }
    if let price = controlPlane?.price(ofNode: facts.name) {
      return NodePrice(nanodollarsPerHour: price, source: .controlPlane)
    }
    if let price = priceFile?.price(of: facts) {
      return NodePrice(nanodollarsPerHour: price, source: .priceFile)
    }
    guard let catalogue else { return nil }
    let listed = priceFile?.mode != .replace
    if listed, let price = Self.listedPrice(catalogue, facts) { return price }
    return Self.estimatedPrice(catalogue, facts).map { NodePrice(nanodollarsPerHour: $0, source: .estimated) }
  }

  /// What is wrong with the text of a `dakr.devzero.io/hourly-cost` annotation, for a warning; nil where it is a price.
  package static func annotationProblem(in text: String) -> String? {
    guard annotated(text) == nil else { return nil }
    let shown = text.utf8.count <= 40 ? text : String(text.prefix(40)) + "…"
    return "annotation \(NodePricingFacts.hourlyCostKey) is \"\(shown)\"; "
      + "write US dollars per hour as a plain decimal of at most 1000000, such as \"0.0960\""
  }

  /// An annotation may state 0: hardware that costs nothing more when it is used.
  private static func annotated(_ text: String) -> NanodollarsPerHour? {
    guard let price = NanodollarsPerHour(usdText: text), price <= .highestCredible else { return nil }
    return price
  }

  // MARK: Catalogue

  /// The list price, or for a type that is listed somewhere, one computed from it.
  private static func listedPrice(_ catalogue: PriceCatalogue, _ facts: NodePricingFacts) -> NodePrice? {
    guard !facts.instanceType.isEmpty, let provider = listingProvider(catalogue, facts) else { return nil }
    let zones = [facts.zoneID, facts.zone]
    func price(_ capacityType: CapacityType) -> NanodollarsPerHour? {
      catalogue.price(
        provider: provider, region: facts.region, zones: zones, instanceType: facts.instanceType,
        capacityType: capacityType)
    }
    if let exact = price(facts.capacityType) { return NodePrice(nanodollarsPerHour: exact, source: .catalogue) }
    let onDemand =
      price(.onDemand)
      ?? catalogue.computedPrice(provider: provider, region: facts.region, instanceType: facts.instanceType)
    guard let onDemand else { return nil }
    let spot = facts.capacityType == .spot
    return NodePrice(
      nanodollarsPerHour: spot ? catalogue.estimate(for: provider).spotPrice(onDemand: onDemand) : onDemand,
      source: .estimated)
  }

  /// The node's provider, or the one whose catalogue has its instance type: their naming schemes do not overlap.
  private static func listingProvider(_ catalogue: PriceCatalogue, _ facts: NodePricingFacts) -> CloudProvider? {
    if let provider = facts.provider { return provider }
    return CloudProvider.allCases.first { catalogue.typeIndex($0, facts.instanceType) != nil }
  }

  private static func estimatedPrice(
    _ catalogue: PriceCatalogue, _ facts: NodePricingFacts
  ) -> NanodollarsPerHour? {
    let estimate = catalogue.estimate(for: facts.provider)
    let permille = facts.provider.map { catalogue.regionPermille($0, facts.region) } ?? 1000
    guard let price = estimate.onDemandPrice(of: facts, regionPermille: permille) else { return nil }
    return facts.capacityType == .spot ? estimate.spotPrice(onDemand: price) : price
  }
}
