// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let nio = "swift-nio"
let nioCore: Target.Dependency = .product(name: "NIOCore", package: nio)
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: nio)
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: nio)
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: nio)
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// One library module of the product; see docs/architecture.md for what it may know.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The tests of one module, which mirror its sources.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
  name: "dakr-scheduler",
  products: [
    .executable(name: "dakr-scheduler", targets: ["dakr-scheduler"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libssl libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CSimdJSON",
      cxxSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("simdjson")]),
    module("ClusterModel"),
    .target(name: "CPriceCatalogue", exclude: ["catalogue.bin"]),
    module("NodeCost", ["ClusterModel", "CPriceCatalogue"]),
    module("MigrationPlanner", ["ClusterModel"]),
    module("Simulation", ["NodeCost"]),
    module("WireFormat", ["ClusterModel", "CSimdJSON"]),
    module("PlanReport", ["MigrationPlanner", "NodeCost"]),
    module("PlannerInput", ["ClusterModel", "MigrationPlanner", "NodeCost", "WireFormat"]),
    module("Scheduler", ["ClusterModel", "NodeCost", "WireFormat"]),
    module("Transport", ["CNGHTTP2", "COpenSSL", nioCore, nioPosix, nioHTTP1, logging]),
    module("CurlClient", ["CCurl"]),
    module("KubernetesAPI", ["CurlClient", "WireFormat", logging, subprocess, yams]),
    module("Observability", [logging]),
    .executableTarget(
      name: "dakr-scheduler",
      dependencies: [
        "COpenSSL", "ClusterModel", "CurlClient", "KubernetesAPI", "MigrationPlanner", "NodeCost", "Observability",
        "PlanReport", "PlannerInput", "Scheduler", "Simulation", "Transport", "WireFormat", argumentParser, logging,
        nioCore,
        nioPosix, serviceLifecycle,
        unixSignals, yams,
      ],
      swiftSettings: strict),
    .target(
      name: "PlanChecker", dependencies: ["MigrationPlanner", "ClusterModel"], path: "benchmarks/planner-checker",
      swiftSettings: strict),
    .target(
      name: "MachineReassignment", path: "benchmarks/machine-reassignment", swiftSettings: strict),
    .target(name: "TestSupport", dependencies: [subprocess], path: "Tests/TestSupport", swiftSettings: strict),
    tests("ArchitectureTests", ["TestSupport"]),
    tests("ClusterModelTests", ["ClusterModel", "TestSupport"]),
    tests("NodeCostTests", ["NodeCost", "ClusterModel", "TestSupport"]),
    tests("MigrationPlannerTests", ["MigrationPlanner", "PlanChecker", "ClusterModel", "TestSupport"]),
    tests("MachineReassignmentTests", ["MachineReassignment", "TestSupport"]),
    tests("PlanReportTests", ["PlanReport", "MigrationPlanner", "ClusterModel", "TestSupport"]),
    tests(
      "PlannerInputTests",
      ["PlannerInput", "MigrationPlanner", "NodeCost", "WireFormat", "ClusterModel", "TestSupport"]),
    tests("SimulationTests", ["Simulation", "NodeCost", "TestSupport"]),
    tests("WireFormatTests", ["WireFormat", "ClusterModel", "TestSupport"]),
    tests("SchedulerTests", ["Scheduler", "NodeCost", "WireFormat", "ClusterModel", "TestSupport"]),
    tests("TransportTests", ["Transport", "TestSupport", nioCore, nioPosix, nioHTTP1, nioEmbedded, logging]),
    tests("CurlClientTests", ["CurlClient", "TestSupport"]),
    tests("KubernetesAPITests", ["KubernetesAPI", "CurlClient", "WireFormat", "TestSupport", logging]),
    tests("ObservabilityTests", ["Observability", "TestSupport", logging]),
    tests(
      "dakr-schedulerTests",
      [
        "dakr-scheduler", "ClusterModel", "NodeCost", "Observability", "Scheduler", "TestSupport", "Transport",
        argumentParser, nioCore,
      ]),
    tests("EndToEndTests", ["TestSupport"]),
  ]
)

// Parts of the product alone, for benchmarks/run and benchmarks/planner.sh; not built otherwise.
if Context.environment["DAKR_BENCHMARKS"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "dakr-benchmarks",
      dependencies: [
        "ClusterModel", "NodeCost", "Scheduler", "Transport", "WireFormat", argumentParser, logging, nioCore,
      ],
      path: "benchmarks/swift", swiftSettings: strict))
  package.targets.append(
    .executableTarget(
      name: "planner-benchmark", dependencies: ["MigrationPlanner", "PlanChecker", "ClusterModel"],
      path: "benchmarks/planner", swiftSettings: strict))
  package.targets.append(
    .executableTarget(
      name: "machine-reassignment", dependencies: ["MachineReassignment"], path: "benchmarks/machine-reassignment-run",
      swiftSettings: strict))
}
