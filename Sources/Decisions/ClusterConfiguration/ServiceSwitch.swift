import KubernetesModel

/// A switch on a Service: an annotation under `martlet.dev/` that is on with the value `true`.
package enum ServiceSwitch: String, Hashable, Sendable, CaseIterable {
    /// Martlet neither assigns nor announces: the Service is not its own.
    case ignore
    /// An address is announced although no endpoint of its family is usable.
    case announceWithoutEndpoints = "announce-without-endpoints"

    /// The whole name of the annotation.
    package var key: String { "martlet.dev/" + rawValue }

    package func isOn(_ service: Service) -> Bool { service.metadata.annotations?[key] == "true" }
}

extension Service {
    /// Whether the Service is Martlet's to serve: of type LoadBalancer, of the class (`nil`: of none), and not ignored.
    package func isServed(byClass loadBalancerClass: String?) -> Bool {
        spec?.type == "LoadBalancer" && spec?.loadBalancerClass == loadBalancerClass && !ServiceSwitch.ignore.isOn(self)
    }
}
