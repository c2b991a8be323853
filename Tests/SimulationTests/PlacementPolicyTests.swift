import NodeCost
import Testing

@testable import Simulation

@Suite struct PlacementPolicyTests {
  @Test func everyPolicyIsReadBackFromItsName() {
    for profile in PlacementPolicy.Profile.allCases {
      #expect(PlacementPolicy(name: profile.rawValue) == PlacementPolicy(profile))
      for strategy in ScoringStrategy.allCases {
        for weight in [1, 2, 100] {
          let policy = PlacementPolicy(profile, strategy, extenderWeight: weight)
          #expect(PlacementPolicy(name: policy.name) == policy)
        }
      }
    }
  }

  @Test(arguments: [
    "", "unit", "defaults+", "defaults+cheap", "defaults+unit@0", "defaults+unit@101", "defaults+unit@", "defaults@2",
    "defaults+unit+share", "defaults+unit@1@1", "DEFAULTS",
  ])
  func otherNamesAreRefused(name: String) {
    #expect(PlacementPolicy(name: name) == nil)
  }

  @Test func theStandardComparisonHasEveryStrategyBesideBothProfiles() {
    let names = PlacementPolicy.standard.map(\.name)
    #expect(Set(names).count == names.count)
    for strategy in ScoringStrategy.allCases {
      #expect(names.contains("most-allocated+\(strategy.rawValue)"))
      #expect(names.contains("defaults+\(strategy.rawValue)"))
      #expect(names.contains("defaults+\(strategy.rawValue)@5"))
    }
    #expect(names.first == "defaults" && names.contains("most-allocated"))
  }
}
