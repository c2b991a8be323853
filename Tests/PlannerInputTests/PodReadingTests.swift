import ClusterModel
import MigrationPlanner
import Testing
import WireFormat

@testable import PlannerInput

@Suite struct PodReadingTests {
  @Test func whatSchedulingReadsIsReadByItsReader() throws {
    let read = try Reading.pod(
      metadata: #","labels":{"app":"cart","dakr.devzero.io/live-migration":"true"}"#,
      spec: """
        "nodeName":"n1","runtimeClassName":"checkpoint","overhead":{"cpu":"10m"},
        "initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"20m"}}},
        {"resources":{"requests":{"cpu":"1"}}}],
        "containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Gi"}}}]
        """)
    #expect(read.pod.pod.nodeName == "n1")
    #expect(read.pod.pod.liveMigrationValue == "true")
    #expect(read.pod.labels["app"] == "cart")
    // The init container beside the sidecar needs more than the running containers do.
    #expect(read.pod.pod.demand.requests.milliCPU == 1030)
    #expect(read.pod.pod.demand.requests.memoryBytes == 1 << 30)
  }

  @Test func controllersAreToldFromOtherOwners() throws {
    let owners = #","ownerReferences":[{"kind":"Thing","uid":"a"},{"kind":"ReplicaSet","uid":"b","controller":true}]"#
    let read = try Reading.pod(metadata: owners, spec: "")
    #expect(read.pod.ownerKind == "ReplicaSet")
    #expect(read.pod.pod.controllerUID == "b")
    #expect(try Reading.pod(spec: "").pod.ownerKind == "")
    #expect(
      try Reading.pod(metadata: #","annotations":{"kubernetes.io/config.mirror":"x"}"#, spec: "").pod.ownerKind
        == "Node")
  }

  @Test func annotationsThatPinPods() throws {
    func pod(_ annotation: String) throws -> PlannerPod {
      try Reading.pod(metadata: #","annotations":{\#(annotation)}"#, spec: "").pod
    }
    #expect(try pod(#""cluster-autoscaler.kubernetes.io/safe-to-evict":"false""#).safeToEvict == false)
    #expect(try pod(#""cluster-autoscaler.kubernetes.io/safe-to-evict":"true""#).safeToEvict == true)
    #expect(try pod(#""karpenter.sh/do-not-disrupt":"true""#).doNotDisrupt)
    #expect(try pod(#""karpenter.sh/do-not-evict":"true""#).doNotDisrupt)
    #expect(try !pod(#""karpenter.sh/do-not-disrupt":"false""#).doNotDisrupt)
    #expect(try pod(#""dakr.devzero.io/downtime-weight":"2.5""#).downtimeWeight == 2.5)
  }

  @Test func selectorsAndTolerations() throws {
    let read = try Reading.pod(
      spec: """
        "nodeSelector":{"disk":"ssd"},
        "affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1}],
        "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
        {"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a","b"]}],
        "matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}},
        "tolerations":[{"key":"a","operator":"Exists","effect":"NoSchedule"},{"key":"b","value":"c"},
        {"operator":"Exists"},{"key":"d","operator":"Lt","value":"3"}]
        """
    ).pod
    #expect(read.nodeSelector == ["disk": "ssd"])
    #expect(
      read.nodeAffinity == [
        NodeSelectorTerm(
          [SelectorRequirement("zone", .notIn, ["a", "b"])],
          fields: [SelectorRequirement("metadata.name", .isIn, ["n1"])])
      ])
    #expect(
      read.tolerations == [
        Toleration(key: "a", effect: .noSchedule), Toleration(key: "b", value: "c"), Toleration(),
      ])
  }

  @Test func rulesBetweenPods() throws {
    let read = try Reading.pod(
      metadata: #","labels":{"app":"cart","pod-template-hash":"h1"}"#,
      spec: """
        "affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone",
        "labelSelector":{"matchLabels":{"app":"db"}},"namespaces":["data"],"namespaceSelector":{}}]},
        "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"host"}],
        "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"x"}}]}},
        "topologySpreadConstraints":[
        {"topologyKey":"zone","maxSkew":2,"minDomains":3,"whenUnsatisfiable":"DoNotSchedule","nodeTaintsPolicy":"Honor",
        "nodeAffinityPolicy":"Ignore","labelSelector":{"matchLabels":{"app":"cart"}},"matchLabelKeys":["pod-template-hash"]},
        {"topologyKey":"host","maxSkew":1,"whenUnsatisfiable":"ScheduleAnyway","labelSelector":{}},
        {"topologyKey":"host","maxSkew":1,"whenUnsatisfiable":"DoNotSchedule"}]
        """
    ).pod
    #expect(
      read.affinity == [
        PodAffinityTerm(
          LabelSelector(matching: ["app": "db"]), topologyKey: "zone", namespaces: ["data"],
          namespaceSelector: LabelSelector())
      ])
    #expect(read.antiAffinity.count == 1)
    #expect(read.antiAffinity.first?.selector.matches(["app": "cart"]) == false, "no selector selects no pod")
    #expect(
      read.spread == [
        SpreadConstraint(
          LabelSelector([
            SelectorRequirement("app", .isIn, ["cart"]), SelectorRequirement("pod-template-hash", .isIn, ["h1"]),
          ]), topologyKey: "zone", maxSkew: 2, minDomains: 3, honoursNodeAffinity: false, honoursTaints: true)
      ])
  }

  @Test func portsAndNamespacesOfTheNode() throws {
    let read = try Reading.pod(
      spec: """
        "hostNetwork":false,"hostPID":true,
        "containers":[{"ports":[{"containerPort":80},{"containerPort":53,"hostPort":53,"protocol":"UDP","hostIP":"0.0.0.0"}]}]
        """
    ).pod
    #expect(read.hostPorts == [HostPort(53, transport: "UDP")])
    #expect(read.usesHostNamespaces)
  }

  @Test func volumes() throws {
    let read = try Reading.pod(
      spec: """
        "volumes":[{"name":"a","emptyDir":{}},{"name":"b","configMap":{"name":"c"}},
        {"name":"d","persistentVolumeClaim":{"claimName":"data"}},{"name":"e","ephemeral":{"volumeClaimTemplate":{}}}]
        """)
    #expect(read.claims == ["data", "cart-e"])
    #expect(read.pod.volumes.isEmpty)
    for local in [#"{"name":"a","hostPath":{"path":"/"}}"#, #"{"name":"a","csi":{"driver":"secrets"}}"#] {
      #expect(try Reading.pod(spec: #""volumes":[\#(local)]"#).pod.volumes == [PodVolume(isLocalToNode: true)])
    }
  }

  @Test(arguments: [
    (
      #""containers":[{"resources":{"requests":{"cpu":"lots"}}}]"#,
      "is not a quantity such as 500m or 2Gi"
    ),
    (
      #""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Near"}]}]}}}"#,
      "\"Near\" is no operator; known are In, NotIn, Exists, DoesNotExist, Gt, Lt"
    ),
    (#""tolerations":{}"#, "spec.tolerations: expected an array, found an object"),
  ])
  func mistakesAreNamedByField(_ spec: String, _ message: String) {
    let error = #expect(throws: WireFormatError.self) { try Reading.pod(spec: spec) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test func badAnnotationsAreRefused() {
    let error = #expect(throws: WireFormatError.self) {
      try Reading.pod(metadata: #","annotations":{"dakr.devzero.io/downtime-weight":"heavy"}"#, spec: "")
    }
    #expect(error?.description.contains("write a number that is not negative") == true)
  }
}
