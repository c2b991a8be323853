/// Reaches the same bill with fewer moves.
struct MoveReduction {
  private let movable: [Int32]

  init(_ problem: PlanningProblem) {
    movable = (0..<problem.podCount).filter { problem.isMovable($0) }.map(Int32.init)
  }

  /// Moves pods back to where they run wherever that place is open and has room.
  func sendHome(_ packing: inout Packing) {
    let problem = packing.problem
    for pod in movable {
      let pod = Int(pod)
      let home = Int(problem.podNodes[pod])
      if Int(packing.state.nodeOfPod[pod]) == home || !packing.isOpen[home] { continue }
      let kind = Int(problem.podKinds[pod])
      if packing.state.hasRoom(home, problem.kindDemands[kind]) && packing.state.isAllowed(pod, kind, on: home) {
        packing.move(pod, to: home)
      }
    }
  }

  /// Lets pods of one kind change names: where one stands at another's home, the other takes its place.
  ///
  /// Pods of a kind ask for the same and are under the same rules, so any of them can stand where any other does. After
  /// this, the pods that are not at home are as few as the numbers of each kind per node allow.
  func exchangeNames(_ packing: inout Packing) {
    let problem = packing.problem
    var heads: [UInt64: Int32] = [:]
    var next = [Int32](repeating: -1, count: problem.podCount)
    func key(_ pod: Int, _ node: Int32) -> UInt64 {
      UInt64(UInt32(bitPattern: problem.podKinds[pod])) << 32 | UInt64(UInt32(bitPattern: node))
    }
    func isStranger(_ pod: Int) -> Bool { packing.state.nodeOfPod[pod] != problem.podNodes[pod] }
    let strangers = movable.filter { pod in
      isStranger(Int(pod)) && problem.isFree(Int(pod))
    }
    for pod in strangers {
      let place = key(Int(pod), packing.state.nodeOfPod[Int(pod)])
      next[Int(pod)] = heads[place] ?? -1
      heads[place] = pod
    }
    for pod in strangers {
      let pod = Int(pod)
      let home = key(pod, problem.podNodes[pod])
      if !isStranger(pod) { continue }
      while let head = heads[home], head >= 0 {
        let other = Int(head)
        heads[home] = next[other]
        // Entries of pods that changed names meanwhile are stale. Names are kept within pods of free kinds: others'
        // moves were judged one by one.
        if other == pod || !isStranger(other) || packing.state.nodeOfPod[other] != problem.podNodes[pod] { continue }
        let place = key(other, packing.state.nodeOfPod[pod])
        swapNames(pod, other, &packing)
        if isStranger(other) {
          next[other] = heads[place] ?? -1
          heads[place] = Int32(other)
        }
        break
      }
    }
  }

  private func swapNames(_ pod: Int, _ other: Int, _ packing: inout Packing) {
    let place = Int(packing.state.nodeOfPod[pod])
    let home = Int(packing.state.nodeOfPod[other])
    packing.lift(pod)
    packing.lift(other)
    packing.place(pod, on: home)
    packing.place(other, on: place)
  }
}
