/// A pod of one container, as a Deployment's pods look.
package struct TestPod: Sendable {
  package var name: String
  package var schedulerName: String
  package var labels: [String: String] = [:]
  package var annotations: [String: String] = [:]
  /// Kubernetes quantities; they are the limits too where `limits` is empty.
  package var requests = ["cpu": "500m", "memory": "256Mi"]
  package var limits: [String: String] = [:]
  package var runtimeClassName: String?
  package var nodeSelector: [String: String] = [:]
  package var priorityClassName: String?

  package init(_ name: String, schedulerName: String) {
    self.name = name
    self.schedulerName = schedulerName
  }

  /// `count` pods alike, named `name-0`, `name-1`, ….
  package func replicated(_ count: Int) -> [TestPod] {
    (0..<count).map { number in
      var pod = self
      pod.name = "\(name)-\(number)"
      return pod
    }
  }

  package var json: JSON {
    var spec: JSON = [
      "schedulerName": "\(schedulerName)", "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 0,
      "containers": [
        [
          "name": "main", "image": "registry.invalid/pause:1",
          "resources": ["requests": JSON(requests), "limits": JSON(limits)],
        ]
      ],
    ]
    if let runtimeClassName { spec["runtimeClassName"] = .string(runtimeClassName) }
    if let priorityClassName { spec["priorityClassName"] = .string(priorityClassName) }
    if !nodeSelector.isEmpty { spec["nodeSelector"] = JSON(nodeSelector) }
    return [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": "\(name)", "labels": JSON(labels), "annotations": JSON(annotations)], "spec": spec,
    ]
  }
}
