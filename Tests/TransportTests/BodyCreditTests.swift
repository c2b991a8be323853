import Testing

@testable import Transport

@Suite struct BodyCreditTests {
  @Test func smallBodiesNeverWait() {
    var credit = BodyCredit(freeBytes: 100, limit: 1)
    for id in 1...50 as ClosedRange<Int32> { #expect(credit.received(id, 100, total: 100) == 100) }
  }

  @Test func largeBodiesTakeTurnsInTheOrderTheyCame() {
    var credit = BodyCredit(freeBytes: 100, limit: 2)
    #expect(credit.received(1, 150, total: 150) == 150)
    #expect(credit.received(3, 150, total: 150) == 150)
    #expect(credit.received(5, 150, total: 150) == 0)
    #expect(credit.received(7, 60, total: 60) == 60)
    #expect(credit.received(7, 60, total: 120) == 0)
    #expect(credit.received(5, 50, total: 200) == 0)
    #expect(credit.received(1, 500, total: 650) == 500)
    let next = credit.ended(3)
    #expect(next?.id == 5)
    #expect(next?.bytes == 200)
    #expect(credit.received(5, 10, total: 210) == 10)
    #expect(credit.ended(3) == nil, "a body ends once")
    #expect(credit.ended(1)?.bytes == 60)
    #expect(credit.ended(5) == nil)
    #expect(credit.ended(7) == nil)
    #expect(credit.received(9, 200, total: 200) == 200)
  }

  @Test func whoeverWaitsAndLeavesIsForgotten() {
    var credit = BodyCredit(freeBytes: 0, limit: 1)
    #expect(credit.received(1, 10, total: 10) == 10)
    #expect(credit.received(3, 10, total: 10) == 0)
    #expect(credit.received(5, 10, total: 10) == 0)
    #expect(credit.ended(3) == nil)
    #expect(credit.ended(1)?.id == 5)
  }
}
