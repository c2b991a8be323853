import Foundation
import TestSupport
import Testing

@testable import Simulation

@Suite struct TraceTests {
  static func parse(_ text: String) throws -> Trace { try Trace(parsing: Array(text.utf8)) }

  @Test func linesBecomePodsInTheOrderOfArrival() throws {
    let trace = try Self.parse("# a comment\n\n\(Trace.header)\r\n20,5,100,200,0\r\n7,1,1,1,8\n7,2,1,1,0\n")
    #expect(trace.pods.map(\.arrivalSeconds) == [7, 7, 20])
    #expect(trace.pods.map(\.lifetimeSeconds) == [1, 2, 5])
    #expect(trace.pods[0].demand == Amounts(milliCPU: 1, memoryMebibytes: 1, gpus: 8))
    #expect(trace.needsGPUs)
    #expect(trace.lastArrivalSeconds == 20)
  }

  @Test(arguments: [
    ("", "line 1: there is no pod"), ("arrival\n", "line 1: the first line must be"),
    ("\(Trace.header)\n", "there is no pod"), ("\(Trace.header)\n1,2,3\n", "line 2: 3 fields"),
    ("\(Trace.header)\n1,2,3,4,5,6\n", "line 2: more than 5 fields"),
    ("\(Trace.header)\n1,0,3,4,5\n", "line 2: lifetime_s must be a whole number from 1"),
    ("\(Trace.header)\n1,2,0,4,5\n", "cpu_milli must be"), ("\(Trace.header)\n1,2,3,-4,5\n", "memory_mib must be"),
    ("\(Trace.header)\n1,2,3,4,\n", "gpus must be"), ("\(Trace.header)\n 1,2,3,4,5\n", "arrival_s must be"),
    ("\(Trace.header)\n99999999999999999999,2,3,4,5\n", "arrival_s must be"),
    ("\(Trace.header)\n1,2,3,4,5\n#\n1,2,3,4,1001\n", "line 4: gpus must be"),
  ])
  func whatIsNotUnderstoodIsRefusedWithItsLine(text: String, problem: String) {
    let error = #expect(throws: TraceError.self) { try Self.parse(text) }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
  }

  @Test func everyNthPodIsTakenFromThePhaseOn() throws {
    let trace = Trace((0..<7).map { TracePod(arrivalSeconds: $0, lifetimeSeconds: 1, demand: .small) })
    #expect(trace.every(3, phase: 0).pods.map(\.arrivalSeconds) == [0, 3, 6])
    #expect(trace.every(3, phase: 4).pods.map(\.arrivalSeconds) == [1, 4])
    #expect(trace.every(1, phase: 4) == trace)
  }

  @Test func podsAreResizedButNeverToNothing() {
    let trace = Trace([
      TracePod(arrivalSeconds: 0, lifetimeSeconds: 1, demand: Amounts(milliCPU: 250, memoryMebibytes: 1))
    ])
    #expect(trace.resized(percent: 50).pods[0].demand == Amounts(milliCPU: 125, memoryMebibytes: 1))
    #expect(trace.resized(percent: 400).pods[0].demand == Amounts(milliCPU: 1000, memoryMebibytes: 4))
  }

  @Test(arguments: [("azure-2017", 40_000, false), ("openb-2023", 7_628, true)])
  func theCommittedTracesAreSound(name: String, count: Int, needsGPUs: Bool) throws {
    let file = RepositoryLayout.root.appendingPathComponent("data/traces/\(name).csv")
    let trace = try Trace(parsing: Array(Data(contentsOf: file)))
    #expect(trace.pods.count == count)
    #expect(trace.needsGPUs == needsGPUs)
    #expect(trace.pods.first?.arrivalSeconds == 0)
  }
}

extension Amounts {
  /// A tenth of a vCPU.
  static let small = Amounts(milliCPU: 100, memoryMebibytes: 100)
}
