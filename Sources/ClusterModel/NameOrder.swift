internal import Synchronization

/// The order in which a table's names were listed last, as a guess at the next list.
///
/// kube-scheduler walks its nodes in one order, and hands on what is left of them in the same: whoever follows a name in
/// one list follows it in the next, or is a few places behind where nodes were left out. A guess that is right costs one
/// comparison instead of a hash and one; a wrong one costs a few instructions and changes no result.
///
/// A cache shared by all copies of a table. Any thread; whoever finds it in use does without.
final class NameOrder: Sendable {
  /// The index that followed each index.
  private let successors: Mutex<[Int32]>

  /// As if the names had been listed in the order of their indices.
  init(count: Int) {
    successors = Mutex((0..<count).map { Int32(clamping: $0 + 1 < count ? $0 + 1 : 0) })
  }

  /// Lends the successors, or nil where another thread has them.
  func withSuccessors<Result>(_ body: (UnsafeMutableBufferPointer<Int32>?) -> Result) -> Result {
    // A result of any type may not leave the lock by being returned.
    var result: Result?
    successors.withLockIfAvailable { successors in
      unsafe successors.withUnsafeMutableBufferPointer { result = unsafe body($0) }
    }
    return result ?? body(nil)
  }
}

/// A table lent for looking up one list of names, each in turn: must not leave the closure that got it.
@safe
package struct NameListLookup {
  private let lookup: NameLookup
  private let successors: UnsafeMutableBufferPointer<Int32>?
  /// The index of the name looked up last, or -1.
  private var last: Int32 = -1

  init(_ lookup: NameLookup, successors: UnsafeMutableBufferPointer<Int32>?) {
    self.lookup = lookup
    unsafe self.successors = successors
  }

  /// How many names are compared before one is looked up: as many as are usually left out of a list in a row, and one.
  private static let guesses = 4

  /// Guesses the next name: its index and length, where it and a quote are what `count` bytes at `text` begin with.
  package mutating func guess(_ text: UnsafeRawPointer, count: Int) -> (index: Int32, count: Int)? {
    guard let successors = unsafe successors, last >= 0 else { return nil }
    var index = last
    for _ in 0..<Self.guesses {
      // SAFETY: indices are those of names, and there is one successor for each.
      index = unsafe successors[Int(index)]
      if let length = unsafe lookup.count(ofName: index, quotedAt: text, count: count) {
        last = index
        return (index, length)
      }
    }
    return nil
  }

  /// Looks a name up that was not guessed, and remembers where it stands in the list.
  package mutating func index(of name: UnsafeRawBufferPointer) -> Int32? {
    guard let found = unsafe lookup.index(of: name) else { return nil }
    let index = Int32(truncatingIfNeeded: found)
    if last >= 0, let successors = unsafe successors { unsafe successors[Int(last)] = index }
    last = index
    return index
  }
}
