/// The texts that a trial hands out.
enum TrialSample {
  /// Namespace and name of the sample pod.
  static let pod = "default/trial"

  /// What kube-scheduler would send for a pod and four nodes, in the form for nodeCacheCapable: false, which needs no
  /// Kubernetes API: an on-demand and a spot node on AWS, one on Google Cloud, and one whose price is an annotation.
  static let request = """
    {
      "Pod": {
        "metadata": {"name": "trial", "namespace": "default", "uid": "7e57ab1e-0000-4000-8000-000000000001"},
        "spec": {
          "schedulerName": "dz-scheduler",
          "containers": [{"name": "main", "image": "app", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}]
        },
        "status": {}
      },
      "Nodes": {
        "metadata": {},
        "items": [
          \(node("on-demand", "aws:///us-east-1a/i-0000000000000001", "m5.xlarge", "us-east-1", "us-east-1a", ["karpenter.sh/capacity-type": "on-demand"])),
          \(node("spot", "aws:///us-east-1a/i-0000000000000002", "m5.xlarge", "us-east-1", "us-east-1a", ["karpenter.sh/capacity-type": "spot"])),
          \(node("google", "gce://project/us-central1-a/google", "n2-standard-4", "us-central1", "us-central1-a", [:])),
          \(node("own", "", "", "", "", [:], hourlyCost: "0.0960"))
        ]
      },
      "NodeNames": null
    }

    """

  private static func node(
    _ name: String, _ providerID: String, _ type: String, _ region: String, _ zone: String, _ extra: [String: String],
    hourlyCost: String? = nil
  ) -> String {
    var labels: [(String, String)] = [("kubernetes.io/hostname", name), ("kubernetes.io/arch", "amd64")]
    if !type.isEmpty {
      labels += [
        ("node.kubernetes.io/instance-type", type), ("topology.kubernetes.io/region", region),
        ("topology.kubernetes.io/zone", zone),
      ]
    }
    labels += extra.map { ($0.key, $0.value) }
    let labelText = labels.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", ")
    let annotations = hourlyCost.map { ", \"annotations\": {\"dakr.devzero.io/hourly-cost\": \"\($0)\"}" } ?? ""
    let resources = #"{"cpu": "4", "memory": "16Gi", "pods": "110"}"#
    return """
      {"metadata": {"name": "\(name)", "labels": {\(labelText)}\(annotations)}, "spec": {"providerID": "\(providerID)"}, \
      "status": {"capacity": \(resources), "allocatable": \(resources), \
      "conditions": [{"type": "Ready", "status": "True"}]}}
      """
  }

  /// A kube-scheduler configuration that uses the server; kubeconfig is left for the reader to fill in.
  static func schedulerConfiguration(
    address: String, certificates: CertificateSet, nodeCacheCapable: Bool
  ) -> String {
    let cacheReason =
      nodeCacheCapable
      ? "# Names only: the extender watches the nodes itself."
      : "# Whole nodes, since this trial has no Kubernetes API; with --kubeconfig FILE set it to true."
    return """
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: KubeSchedulerConfiguration
      clientConnection:
        kubeconfig: /path/to/your/kubeconfig
      leaderElection:
        leaderElect: false
      profiles:
      - schedulerName: dz-scheduler
        pluginConfig:
        # Fill nodes instead of spreading over them: price alone does not empty a node.
        - name: NodeResourcesFit
          args:
            scoringStrategy:
              type: MostAllocated
              resources:
              - {name: cpu, weight: 1}
              - {name: memory, weight: 1}
      extenders:
      - urlPrefix: \(address)
        filterVerb: filter
        prioritizeVerb: prioritize
        preemptVerb: preempt
        weight: 1
        enableHTTPS: true
        httpTimeout: 5s
        \(cacheReason)
        nodeCacheCapable: \(nodeCacheCapable)
        # Without an extender that answers, pods wait; true would place them without its rules.
        ignorable: false
        tlsConfig:
          caFile: \(certificates.path(.authority))
          certFile: \(certificates.path(.client))
          keyFile: \(certificates.path(.clientKey))

      """
  }
}
