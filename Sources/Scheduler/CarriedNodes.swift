internal import ClusterModel
internal import NodeCost
internal import Synchronization
internal import WireFormat

/// Full nodes that requests carried, each read and priced once.
struct CarriedNodes: Sendable {
  let known: KnownNodes
  /// Parallel to the known nodes.
  let prices: [NodePrice?]
  fileprivate let entries: [NewNode]
  fileprivate let book: PriceBook?

  static let none = CarriedNodes([], book: nil)

  fileprivate init(_ entries: [NewNode], book: PriceBook?) {
    self.entries = entries
    self.book = book
    known = KnownNodes(entries)
    prices = book.map { book in entries.map { book.price(of: NodePricingFacts($0.node)) } } ?? []
  }
}

/// Keeps carried nodes between requests: kube-scheduler without a node cache sends the same thousands again and again.
/// Usable by any thread. What a request has loaded stays as it is; a new set replaces it for the next one.
final class CarriedNodeCache: Sendable {
  /// More than the nodes of the largest supported cluster (5,000), so that a peer cannot make it grow.
  static let maximumNodes = 20_000

  private let current = Mutex(CarriedNodes.none)

  /// What is known, priced by `book`.
  func load(_ book: PriceBook) -> CarriedNodes {
    let loaded = current.withLock { $0 }
    if loaded.book === book || loaded.entries.isEmpty { return loaded }
    let priced = CarriedNodes(loaded.entries, book: book)
    current.withLock { $0 = priced }
    return priced
  }

  /// Keeps nodes that were not known. Of a node that changed, the latest state is kept; where there are too many, the new
  /// ones stay.
  func add(_ new: [NewNode], book: PriceBook) {
    guard !new.isEmpty else { return }
    let before = current.withLock { $0.entries }
    var names = Set(new.map(\.node.name))
    var entries: [NewNode] = []
    // The latest of equal names counts, within the request as well.
    for entry in new.reversed() where names.remove(entry.node.name) != nil { entries.append(entry) }
    names = Set(entries.map(\.node.name))
    for entry in before where !names.contains(entry.node.name) { entries.append(entry) }
    let made = CarriedNodes(Array(entries.prefix(Self.maximumNodes)), book: book)
    current.withLock { $0 = made }
  }
}
