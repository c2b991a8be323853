/// Kubernetes objects as the API server and kube-scheduler write them, built by code so that a test can say in what one
/// differs from the others. Keys stand in Go's order; strings are not escaped, so keep them plain.
package enum KubernetesFixture {
  /// Whose shape to give an object.
  package enum Version: Sendable, CaseIterable {
    /// Zero times are `null`, pods and nodes carry `managedFields`.
    case v1_20
    /// Zero times are omitted, nodes alone carry `managedFields`.
    case v1_36
  }

  /// What a node's text is made from.
  package struct NodeSpec: Sendable {
    package var name: String
    /// Empty leaves the field out.
    package var resourceVersion = "4711"
    package var labels: [(String, String)] = []
    package var annotations: [(String, String)] = []
    package var providerID = ""
    package var cpu = "4"
    package var memory = "16Gi"
    package var extended: [(String, String)] = []
    package var version = Version.v1_36
    /// Container images listed in the status; 50 is kubelet's own maximum, and makes about 10 kB.
    package var imageCount = 3

    package init(_ name: String) { self.name = name }
  }

  /// A `v1.Node` without `kind`, as informers hold them.
  package static func node(_ spec: NodeSpec) -> String {
    let labels = [("kubernetes.io/hostname", spec.name), ("kubernetes.io/os", "linux")] + spec.labels
    let annotations =
      [("node.alpha.kubernetes.io/ttl", "0"), ("csi.volume.kubernetes.io/nodeid", #"{\"ebs.csi.aws.com\":\"i-0\"}"#)]
      + spec.annotations
    let resources =
      [("cpu", spec.cpu), ("ephemeral-storage", "95551679124"), ("hugepages-1Gi", "0"), ("hugepages-2Mi", "0")]
      + [("memory", spec.memory), ("pods", "110")] + spec.extended
    let creation =
      spec.version == .v1_20 ? #""creationTimestamp":null"# : #""creationTimestamp":"2026-01-05T10:00:00Z""#
    let version = spec.resourceVersion.isEmpty ? "" : #""resourceVersion":"\#(spec.resourceVersion)","#
    return #"{"metadata":{"name":"\#(spec.name)","uid":"\#(uid(spec.name))",\#(version)\#(creation),"#
      + #""labels":\#(object(labels)),"annotations":\#(object(annotations)),"managedFields":[\#(managedFields)]},"#
      + #""spec":{"podCIDR":"10.0.1.0/24","podCIDRs":["10.0.1.0/24"],"providerID":"\#(spec.providerID)","#
      + #""taints":[{"key":"dedicated","value":"a\u003cb","effect":"NoSchedule"}]},"#
      + #""status":{"capacity":\#(object(resources)),"allocatable":\#(object(resources)),"#
      + #""conditions":[{"type":"MemoryPressure","status":"False","lastHeartbeatTime":"2026-01-05T10:00:00Z"},"#
      + #"{"type":"Ready","status":"True","reason":"KubeletReady","message":"kubelet is posting ready status"}],"#
      + #""addresses":[{"type":"InternalIP","address":"10.0.0.7"},{"type":"Hostname","address":"\#(spec.name)"}],"#
      + #""daemonEndpoints":{"kubeletEndpoint":{"Port":10250}},"nodeInfo":{"machineID":"","kubeletVersion":"v1.36.1"},"#
      + #""images":[\#(images(spec.imageCount))]}}"#
  }

  /// What a pod's text is made from.
  package struct PodSpec: Sendable {
    package var name: String
    package var namespace = "default"
    package var schedulerName = "dz-scheduler"
    package var labels: [(String, String)] = [("app", "web")]
    package var annotations: [(String, String)] = []
    package var runtimeClassName: String?
    package var controllerUID: String?
    package var nodeName = ""
    package var phase = "Pending"
    package var requests: [(String, String)] = [("cpu", "500m"), ("memory", "512Mi")]
    package var limits: [(String, String)] = []
    package var initContainers = ""
    package var version = Version.v1_36

    package init(_ name: String) { self.name = name }
  }

  /// A `v1.Pod` without `kind`.
  package static func pod(_ spec: PodSpec) -> String {
    var metadata = #""name":"\#(spec.name)","namespace":"\#(spec.namespace)","uid":"\#(uid(spec.name))","#
    metadata += #""resourceVersion":"99","#
    if spec.version == .v1_20 { metadata += #""creationTimestamp":null,"managedFields":[\#(managedFields)],"# }
    metadata += #""labels":\#(object(spec.labels)),"annotations":\#(object(spec.annotations))"#
    if let uid = spec.controllerUID {
      metadata +=
        #","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"\#(uid)","#
        + #""controller":true,"blockOwnerDeletion":true}]"#
    }
    var podSpec = #""volumes":[{"name":"kube-api-access","projected":{"sources":[{"downwardAPI":{"items":[]}}]}}],"#
    if !spec.initContainers.isEmpty { podSpec += #""initContainers":[\#(spec.initContainers)],"# }
    podSpec += #""containers":[{"name":"main","image":"registry.example/app:1","resources":{"#
    if !spec.limits.isEmpty { podSpec += #""limits":\#(object(spec.limits)),"# }
    podSpec += #""requests":\#(object(spec.requests))},"terminationMessagePath":"/dev/termination-log"}],"#
    podSpec += #""restartPolicy":"Always","terminationGracePeriodSeconds":30,"#
    if !spec.nodeName.isEmpty { podSpec += #""nodeName":"\#(spec.nodeName)","# }
    if let runtimeClass = spec.runtimeClassName { podSpec += #""runtimeClassName":"\#(runtimeClass)","# }
    podSpec += #""schedulerName":"\#(spec.schedulerName)","tolerations":null,"priority":0"#
    return
      #"{"metadata":{\#(metadata)},"spec":{\#(podSpec)},"status":{"phase":"\#(spec.phase)","qosClass":"Burstable"}}"#
  }

  /// Filter or prioritize arguments in names mode, with the unused list at `null` as kube-scheduler sends it.
  package static func arguments(pod: String, names: [String]) -> String {
    #"{"Pod":\#(pod),"Nodes":null,"NodeNames":[\#(names.map { #""\#($0)""# }.joined(separator: ","))]}"#
  }

  /// Filter or prioritize arguments with full nodes.
  package static func arguments(pod: String, nodes: [String]) -> String {
    #"{"Pod":\#(pod),"Nodes":{"metadata":{},"items":[\#(nodes.joined(separator: ","))]},"NodeNames":null}"#
  }

  /// An object's UID, made from its name.
  package static func uid(_ name: String) -> String { "uid-of-\(name)" }

  private static func object(_ pairs: [(String, String)]) -> String {
    "{" + pairs.map { #""\#($0.0)":"\#($0.1)""# }.joined(separator: ",") + "}"
  }

  private static let managedFields =
    #"{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-01-05T10:00:00Z","fieldsType":"FieldsV1","#
    + #""fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:volumes.kubernetes.io/controller-managed-attach-detach":{}},"#
    + #""f:labels":{".":{},"f:name":{},"k:{\"type\":\"Ready\"}":{".":{},"f:status":{}}}},"f:status":{"f:allocatable":{}}},"#
    + #""subresource":"status"}"#

  private static func images(_ count: Int) -> String {
    (0..<count).map { index in
      index == 1
        ? #"{"names":null,"sizeBytes":1024}"#
        : #"{"names":["registry.example/team/application-\#(index)@sha256:\#(String(repeating: "ab", count: 32))","#
          + #""registry.example/team/application-\#(index):v1.\#(index)"],"sizeBytes":\#(index * 1_000_003)}"#
    }.joined(separator: ",")
  }
}
