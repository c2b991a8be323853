import ClusterModel
import NodeCost
import Scheduler
import Synchronization

/// Owns what requests are answered from: collects changes of nodes, pods and prices, and publishes a new view of them
/// at most once per interval, so that a burst of a thousand pod events costs one rebuild.
final class ViewKeeper: Sendable {
  /// What a view is made of.
  struct Sources: Sendable {
    var cluster = SnapshotBuilder()
    var book: PriceBook
    var areNodesSynced = false
    var arePodsSynced = false
  }

  private struct State {
    var sources: Sources
    var isDirty = false
    var wakeUp: AsyncStream<Void>.Continuation?
  }

  /// Where requests load the current view.
  let slot: SnapshotSlot
  private let interval: Duration
  private let state: Mutex<State>
  private let published = Atomic<UInt64>(0)

  init(book: PriceBook, interval: Duration) {
    self.interval = interval
    slot = SnapshotSlot(.empty(prices: book))
    state = Mutex(State(sources: Sources(book: book)))
  }

  /// Takes a change in; the next view has it. Any thread; `body` must be short, for it holds up other changes.
  func change(_ body: (inout Sources) -> Void) {
    state.withLock { state in
      body(&state.sources)
      state.isDirty = true
      _ = state.wakeUp?.yield()
    }
  }

  /// The prices in use.
  var book: PriceBook { state.withLock { $0.sources.book } }

  /// How many views were made.
  var publishedCount: UInt64 { published.load(ordering: .relaxed) }

  /// Publishes until the task is cancelled. Call it once.
  func run() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.wakeUp = continuation }
    defer { state.withLock { $0.wakeUp = nil } }
    publishIfDirty()
    for await _ in stream {
      publishIfDirty()
      // Changes that come meanwhile wait for the next round, together.
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  /// Makes a view of the latest changes and puts it in place. Called by one task at a time.
  func publishIfDirty() {
    let previous = slot.load()
    let made = state.withLock { state -> SchedulingView? in
      guard state.isDirty else { return nil }
      state.isDirty = false
      return SchedulingView.make(
        snapshot: state.sources.cluster.snapshot(), prices: state.sources.book,
        nodesSynced: state.sources.areNodesSynced, podsSynced: state.sources.arePodsSynced, replacing: previous)
    }
    guard let made else { return }
    slot.store(made)
    published.wrappingAdd(1, ordering: .relaxed)
  }
}
