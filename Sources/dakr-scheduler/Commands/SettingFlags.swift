import ArgumentParser

extension Option where Value == [String] {
  /// The flag of a setting, with the table's name and help. All flags take text: the table's parser checks it, so that
  /// flags, variables and the file have the same rules and errors.
  init(wrappedValue: [String], _ setting: Setting) {
    var help = setting.help
    if let fallback = setting.fallback, !fallback.isEmpty { help += " (default: \(fallback))" }
    if case .list = setting.kind { help += " Repeatable." }
    self.init(
      wrappedValue: wrappedValue, name: .customLong(setting.flag ?? setting.path), parsing: .singleValue,
      help: ArgumentHelp(help, valueName: setting.kind.valueName))
  }
}

/// The flags that say which cluster is meant and what its nodes cost: settings that several commands share.
struct SharedSettingFlags: ParsableArguments {
  @Option(.kubeconfig) var kubeconfig: [String] = []
  @Option(.kubeContext) var kubeContext: [String] = []
  @Option(.inCluster) var inCluster: [String] = []
  @Option(.priceFile) var priceFile: [String] = []
  @Option(.priceFileMode) var priceFileMode: [String] = []
  @Option(.controlPlaneAddress) var controlPlaneAddress: [String] = []
  @Option(.controlPlaneCA) var controlPlaneCA: [String] = []
  @Option(.controlPlaneTokenFile) var controlPlaneTokenFile: [String] = []
  @Option(.teamID) var teamID: [String] = []
  @Option(.clusterID) var clusterID: [String] = []
  @Option(.clusterName) var clusterName: [String] = []
  @Option(.checkpointRuntimeClasses) var checkpointRuntimeClasses: [String] = []

  /// What was given for each setting, in the order of the command line.
  var values: [Setting: [String]] {
    [
      .kubeconfig: kubeconfig, .kubeContext: kubeContext, .inCluster: inCluster, .priceFile: priceFile,
      .priceFileMode: priceFileMode, .controlPlaneAddress: controlPlaneAddress, .controlPlaneCA: controlPlaneCA,
      .controlPlaneTokenFile: controlPlaneTokenFile, .teamID: teamID, .clusterID: clusterID, .clusterName: clusterName,
      .checkpointRuntimeClasses: checkpointRuntimeClasses,
    ]
  }
}

/// The flags of `serve` that are settings.
struct SettingFlags: ParsableArguments {
  @Option(.httpsAddress) var httpsAddress: [String] = []
  @Option(.metricsAddress) var metricsAddress: [String] = []
  @Option(.portFile) var portFile: [String] = []
  @Option(.tlsCertificate) var tlsCertificate: [String] = []
  @Option(.tlsKey) var tlsKey: [String] = []
  @Option(.clientCA) var clientCA: [String] = []
  @Option(.allowedClientNames) var allowedClientNames: [String] = []
  @Option(.schedulerNames) var schedulerNames: [String] = []
  @Option(.strategy) var strategy: [String] = []
  @Option(.costWeight) var costWeight: [String] = []
  @Option(.targetAllocatedWeight) var targetAllocatedWeight: [String] = []
  @Option(.limitOverProvisionWeight) var limitOverProvisionWeight: [String] = []
  @Option(.targetAllocatedPercent) var targetAllocatedPercent: [String] = []
  @Option(.limitOverProvisionPercent) var limitOverProvisionPercent: [String] = []
  @Option(.logFormat) var logFormat: [String] = []
  @Option(.logLevel) var logLevel: [String] = []
  @Option(.nodePriceMetric) var nodePriceMetric: [String] = []

  @OptionGroup var shared: SharedSettingFlags

  /// What was given for each setting, in the order of the command line.
  var values: [Setting: [String]] {
    let own: [Setting: [String]] = [
      .httpsAddress: httpsAddress, .metricsAddress: metricsAddress, .portFile: portFile,
      .tlsCertificate: tlsCertificate, .tlsKey: tlsKey, .clientCA: clientCA, .allowedClientNames: allowedClientNames,
      .schedulerNames: schedulerNames, .strategy: strategy, .costWeight: costWeight,
      .targetAllocatedWeight: targetAllocatedWeight, .limitOverProvisionWeight: limitOverProvisionWeight,
      .targetAllocatedPercent: targetAllocatedPercent, .limitOverProvisionPercent: limitOverProvisionPercent,
      .logFormat: logFormat, .logLevel: logLevel, .nodePriceMetric: nodePriceMetric,
    ]
    return own.merging(shared.values) { own, _ in own }
  }
}
