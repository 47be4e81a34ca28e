import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Presentation

/// Which cluster, and which of its Services.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig; without it KUBECONFIG, then the pod's service account.", valueName: "path"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The namespace that Martlet's own objects are in.", valueName: "name"))
    var namespace = "martlet-system"

    @Option(
        help: ArgumentHelp("Serve only Services of this class; without it, only those of none.", valueName: "class"))
    var loadBalancerClass: String?

    func validate() throws {
        guard !namespace.isEmpty else { throw ValidationError("--namespace: the name of a namespace is not empty") }
    }

    func client(_ observer: ClientObserver) throws -> KubernetesClient {
        KubernetesClient(
            try ClientConfiguration.find(path: kubeconfig, environment: ProcessInfo.processInfo.environment),
            userAgent: "martlet/\(Version.text)", observer: observer)
    }
}
