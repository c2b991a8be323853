/// Where a node's price came from, in the order in which sources are asked.
package enum PriceSource: String, CaseIterable, Sendable {
  /// The node's own annotation `dakr.devzero.io/hourly-cost`.
  case annotation
  /// The control plane, by node name.
  case controlPlane = "control-plane"
  /// The user's price file.
  case priceFile = "price-file"
  /// The built-in catalogue of list prices.
  case catalogue
  /// Computed: a listed type in a region or capacity type that is not listed, or from the node's capacity.
  case estimated
  /// No price at all: the node counted as the median of the candidates of one request.
  case assumed
}

/// A node's hourly price and who said so.
package struct NodePrice: Hashable, Sendable {
  /// The whole node's price.
  package let nanodollarsPerHour: NanodollarsPerHour
  /// The source that was believed.
  package let source: PriceSource

  /// Pairs a price with its source.
  package init(nanodollarsPerHour: NanodollarsPerHour, source: PriceSource) {
    self.nanodollarsPerHour = nanodollarsPerHour
    self.source = source
  }
}

/// How the capacity of a node is bought.
package enum CapacityType: String, CaseIterable, Sendable {
  /// At the list price, as long as one likes.
  case onDemand = "on-demand"
  /// At a discount, until the provider wants it back (AWS Spot, Google Spot and preemptible, Azure Spot).
  case spot
  /// Paid for in advance (Karpenter's `reserved`, EKS capacity blocks).
  case reserved

  /// Reads every spelling in use: `on-demand`, `ON_DEMAND`, `od`, `spot`, `SPOT`, `preemptible`, `low-priority`,
  /// `reserved`, `CAPACITY_BLOCK` and the like; nil for others.
  package init?(spelling: String) {
    switch spelling.lowercased().replacing("_", with: "-") {
    case "on-demand", "ondemand", "od", "regular", "standard", "normal": self = .onDemand
    case "spot", "preemptible", "low", "low-priority", "ec2spot": self = .spot
    case "reserved", "capacity-block", "reservation": self = .reserved
    default: return nil
    }
  }
}

/// A provider that the catalogue has prices of. Raw values are the numbers used in the catalogue.
package enum CloudProvider: UInt8, CaseIterable, Sendable {
  case aws = 0
  case azure = 1
  case gcp = 2

  /// The name used in price files.
  package var name: String {
    switch self {
    case .aws: "aws"
    case .azure: "azure"
    case .gcp: "gcp"
    }
  }

  /// Reads a provider's name as price files, provider IDs and people write it; nil for others.
  package init?(name: String) {
    switch name {
    case "aws", "AWS", "ec2", "eks": self = .aws
    case "azure", "Azure", "aks": self = .azure
    case "gcp", "gce", "GCP", "gke": self = .gcp
    default: return nil
    }
  }
}
