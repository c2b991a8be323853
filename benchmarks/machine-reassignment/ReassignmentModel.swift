/// An instance of the machine reassignment problem of the ROADEF/EURO challenge 2012, which Google set: machines,
/// services made of processes, and where each process is at the start.
///
/// All amounts are integers in the units of the files, which these leave open. Machines, services, processes, resources,
/// locations and neighbourhoods are numbered from 0. Tables with two indices are flat, the second index running fastest.
///
/// Source: "Google ROADEF/EURO challenge 2011–2012: machine reassignment", the problem's definition by Google.
package struct ReassignmentModel: Sendable {
  /// A resource that every machine has and every process requires.
  package struct Resource: Sendable {
    /// Whether a process that leaves a machine keeps what it requires there.
    package var isTransient: Bool
    /// What a unit above a machine's safety capacity costs.
    package var loadWeight: Int
  }

  /// A wish for room of `second` wherever there is room of `first`.
  package struct Balance: Sendable {
    package var first: Int
    package var second: Int
    /// How many units of `second` are wanted for each unit of `first`.
    package var target: Int
    package var weight: Int
  }

  /// What the three kinds of move costs are multiplied by.
  package struct MoveWeights: Sendable {
    package var process: Int
    package var service: Int
    package var machine: Int
  }

  package var resources: [Resource]
  package var machines: Machines
  package var services: Services
  package var processes: Processes
  package var balances: [Balance]
  package var moveWeights: MoveWeights

  package var resourceCount: Int { resources.count }
  package var machineCount: Int { machines.locations.count }
  package var serviceCount: Int { services.spreadMinimums.count }
  package var processCount: Int { processes.services.count }
}

extension ReassignmentModel {
  /// Columns of machines.
  package struct Machines: Sendable {
    package var neighbourhoods: [Int] = []
    package var locations: [Int] = []
    /// By machine and resource.
    package var capacities: [Int] = []
    /// By machine and resource; load above it costs.
    package var safetyCapacities: [Int] = []
    /// By machine left and machine entered.
    package var moveCosts: [Int] = []
  }

  /// Columns of services.
  package struct Services: Sendable {
    /// In how many locations a service's processes must be at least.
    package var spreadMinimums: [Int] = []
    /// The services of which a service needs a process in each neighbourhood where it has one itself.
    package var dependencies: [[Int]] = []
  }

  /// Columns of processes.
  package struct Processes: Sendable {
    package var services: [Int] = []
    /// By process and resource.
    package var requirements: [Int] = []
    package var moveCosts: [Int] = []
    /// The machine of each process at the start.
    package var homes: [Int] = []
  }
}
