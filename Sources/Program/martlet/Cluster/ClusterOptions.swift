import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Presentation

/// Which cluster, and which of its Services.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig. Default: KUBECONFIG, then the pod's service account.", valueName: "path"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The namespace of Martlet's own objects.", valueName: "name"))
    var namespace = "martlet-system"

    @Option(
        help: ArgumentHelp(
            "Serve only Services of this class. Default: only Services without a class.", valueName: "class"))
    var loadBalancerClass: String?

    func validate() throws {
        guard !namespace.isEmpty else { throw ValidationError("--namespace: the name must not be empty") }
    }

    func client(_ observer: ClientObserver) throws -> KubernetesClient {
        KubernetesClient(
            try ClientConfiguration.find(path: kubeconfig, environment: ProcessInfo.processInfo.environment),
            userAgent: "martlet/\(Version.text)", observer: observer)
    }
}
