/// What the control plane last said about prices, by node name.
package struct ControlPlanePrices: Sendable {
  /// Prices by Kubernetes node name; each is above zero and credible.
  package let nanodollarsPerHour: [String: Int64]
  /// When they arrived, in nanoseconds of the refresher's clock.
  package let receivedAtNanoseconds: UInt64

  /// Prices as they were received.
  package init(nanodollarsPerHour: [String: Int64], receivedAtNanoseconds: UInt64) {
    self.nanodollarsPerHour = nanodollarsPerHour
    self.receivedAtNanoseconds = receivedAtNanoseconds
  }

  /// A node's price; nil where the control plane states none.
  package func price(ofNode name: String) -> NanodollarsPerHour? {
    nanodollarsPerHour[name].map(NanodollarsPerHour.init(rawValue:))
  }

  /// Whether the prices are the same, however old: then no column needs to be rebuilt.
  package func hasSamePrices(as other: ControlPlanePrices?) -> Bool {
    nanodollarsPerHour == other?.nanodollarsPerHour
  }
}
