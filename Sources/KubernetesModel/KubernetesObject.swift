/// An object as the API server keeps it: of one kind, with `metadata`.
package protocol KubernetesObject {
    /// The kind as `kind:` names it.
    static var kind: String { get }

    /// The namespace that a manifest without one means; `nil` where that says nothing.
    static var defaultNamespace: String? { get }

    var metadata: ObjectMeta { get }
}

extension KubernetesObject {
    package static var defaultNamespace: String? { nil }
}

/// An object of Martlet's kinds, which live in two API groups.
package protocol ConfigurationObject: KubernetesObject {
    /// For example `metallb.io/v1beta1`.
    var apiVersion: String? { get }
}

extension ConfigurationObject {
    /// Whether the object is written for MetalLB.
    package var isMetalLB: Bool { apiVersion?.hasPrefix("metallb.io/") ?? false }
}

extension IPAddressPool: ConfigurationObject { package static var kind: String { "IPAddressPool" } }
extension L2Advertisement: ConfigurationObject { package static var kind: String { "L2Advertisement" } }
extension BGPAdvertisement: ConfigurationObject { package static var kind: String { "BGPAdvertisement" } }
extension BGPPeer: ConfigurationObject { package static var kind: String { "BGPPeer" } }
extension BFDProfile: ConfigurationObject { package static var kind: String { "BFDProfile" } }
extension CommunityList: ConfigurationObject { package static var kind: String { "Community" } }

extension Node: KubernetesObject { package static var kind: String { "Node" } }
extension Namespace: KubernetesObject { package static var kind: String { "Namespace" } }
extension Secret: KubernetesObject { package static var kind: String { "Secret" } }

extension Service: KubernetesObject {
    package static var kind: String { "Service" }
    package static var defaultNamespace: String? { "default" }
}

extension EndpointSlice: KubernetesObject {
    package static var kind: String { "EndpointSlice" }
    package static var defaultNamespace: String? { "default" }
}
