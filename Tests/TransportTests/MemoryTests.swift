import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Transport

/// How large bodies get their memory, and who gets it next.
@Suite struct MemoryTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private let budget = BufferBudget(limitBytes: 1 << 30)

  private func buffer(_ bytes: Int) -> ByteBuffer { ByteBufferAllocator().buffer(capacity: bytes) }

  private func address(_ buffer: ByteBuffer) -> UInt {
    unsafe buffer.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }

  /// Appends as the network does, in pieces of a TLS record; in place where there is room.
  private func append(_ count: Int, to body: inout RequestBody) {
    let bytes = [UInt8](repeating: 7, count: 16 << 10)
    var missing = count
    while missing > 0 {
      let piece = min(missing, bytes.count)
      let outcome = unsafe bytes.withUnsafeBytes { source in
        guard let room = unsafe body.room(for: piece) else { return RequestBody.Outcome.tooLarge }
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<piece]))
        return unsafe body.append(UnsafeRawBufferPointer(room))
      }
      #expect(outcome == .stored)
      missing -= piece
    }
  }

  @Test func aBufferIsLentAgainWhenNobodyRefersToIt() throws {
    let warm = WarmMemory(limitBytes: 8 << 20)
    var mine: ByteBuffer? = buffer(2 << 20)
    let place = address(try #require(mine))
    var slice = mine?.getSlice(at: 0, length: 0)
    warm.keep(try #require(mine), now: start)
    #expect(warm.take(atLeast: 1 << 20) == nil, "still referred to")
    mine = nil
    #expect(slice?.readableBytes == 0)
    slice = nil
    #expect(warm.take(atLeast: 4 << 20) == nil, "too small")
    let taken = try #require(warm.take(atLeast: 2 << 20))
    #expect(address(taken) == place && taken.readableBytes == 0)
    #expect(warm.keptBytes == 0)
  }

  @Test func olderBuffersGiveWayAndSmallOnesAreNotKept() {
    let warm = WarmMemory(limitBytes: 4 << 20)
    warm.keep(buffer(1000), now: start)
    warm.keep(buffer(8 << 20), now: start)
    #expect(warm.keptBytes == 0)
    for _ in 0..<5 { warm.keep(buffer(2 << 20), now: start) }
    #expect(warm.keptBytes == 4 << 20)
    warm.keep(buffer(4 << 20), now: start)
    #expect(warm.keptBytes == 4 << 20)
    #expect(warm.take(atLeast: 4 << 20) != nil)
  }

  @Test func whatIsNotUsedForASecondIsGivenBack() {
    let warm = WarmMemory(limitBytes: 16 << 20)
    warm.keep(buffer(2 << 20), now: start)
    warm.keep(buffer(4 << 20), now: start + .milliseconds(600))
    warm.dropUnused(now: start + .milliseconds(999))
    #expect(warm.keptBytes == 6 << 20)
    warm.dropUnused(now: start + .milliseconds(1000))
    #expect(warm.keptBytes == 4 << 20)
    warm.dropUnused(now: start + .seconds(2))
    #expect(warm.keptBytes == 0)
  }

  @Test func aLargeBodyTakesTheMemoryOfTheOneBefore() {
    let warm = WarmMemory(limitBytes: 64 << 20)
    var places: [UInt] = []
    for _ in 0..<3 {
      var body = RequestBody(declaredBytes: 5_000_000, limitBytes: 8 << 20, budget: budget, warm: warm)
      append(5_000_000, to: &body)
      let whole = body.takeBuffer()
      #expect(whole.readableBytes == 5_000_000 && whole.writableBytes >= ServerRequest.bodyPaddingBytes)
      #expect(whole == ByteBuffer(repeating: 7, count: 5_000_000))
      places.append(address(whole))
    }
    #expect(places[1] == places[0] && places[2] == places[0])
    #expect(warm.keptBytes == 8 << 20)
    #expect(budget.usedBytes == 0)
  }

  @Test func aRefusedBodyGivesItsMemoryBack() {
    let warm = WarmMemory(limitBytes: 64 << 20)
    var body = RequestBody(declaredBytes: 5_000_000, limitBytes: 8 << 20, budget: budget, warm: warm)
    append(2_000_000, to: &body)
    body.discard()
    #expect(warm.keptBytes == 8 << 20 && budget.usedBytes == 0)
  }

  /// However much is promised, what is resident follows what has come; huge pages at the ends included.
  @Test func aPromisedLengthCostsNoMemory() {
    var body = RequestBody(
      declaredBytes: 64 << 20, limitBytes: 64 << 20, budget: budget, warm: WarmMemory(limitBytes: 0))
    append(1000, to: &body)
    #expect(body.buffer.capacity <= 64 << 10)
    append(999_000, to: &body)
    #expect(body.buffer.capacity <= 2 << 20)
    append(2_000_000, to: &body)
    #expect(residentBytes(of: body.buffer) <= 3_000_000 + (4 << 20))
    let whole = body.takeBuffer()
    #expect(whole.readableBytes == 3_000_000 && whole.writableBytes >= ServerRequest.bodyPaddingBytes)
    #expect(budget.usedBytes == 3_000_000)
  }

  private func residentBytes(of buffer: ByteBuffer) -> Int {
    let page = 4096
    return unsafe buffer.withVeryUnsafeBytes { memory in
      let start = UInt(bitPattern: memory.baseAddress) & ~UInt(page - 1)
      var pages = [UInt8](repeating: 0, count: memory.count / page)
      // SAFETY: asks about pages of the buffer's own memory only.
      _ = unsafe mincore(UnsafeMutableRawPointer(bitPattern: start), pages.count * page, &pages)
      return pages.count { $0 & 1 != 0 } * page
    }
  }

  /// Limits below what is ever kept keep nothing.
  @Test func aSmallLimitKeepsNothing() {
    let warm = WarmMemory(limitBytes: 1000)
    warm.keep(buffer(4 << 20), now: start)
    #expect(warm.keptBytes == 0)
  }

  @Test func noRoomIsLentBeyondTheLimit() {
    var body = RequestBody(
      declaredBytes: nil, limitBytes: 100, budget: budget, warm: WarmMemory(limitBytes: 0))
    append(60, to: &body)
    let room = unsafe body.room(for: 41)
    #expect(unsafe room == nil)
    append(40, to: &body)
    let whole = body.takeBuffer()
    #expect(whole.readableBytes == 100)
  }

  @Test func whatOthersKeepIsDroppedWithTheRest() {
    let count = DropCount()
    ProcessMemory.whenUnused { count.value.withLock { $0 += 1 } }
    ProcessMemory.giveBack()
    #expect(count.value.withLock { $0 } >= 1)
  }
}

private final class DropCount: Sendable {
  let value = Mutex(0)
}
