/// An object of Martlet's kinds, which live in two API groups.
package protocol ConfigurationObject: KubernetesObject {
    /// For example `metallb.io/v1beta1`.
    var apiVersion: String? { get set }
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

/// What Martlet says of an object of its kinds.
package struct ConfigurationStatus: Codable, Hashable, Sendable {
    package var conditions: [Condition]?

    package init(conditions: [Condition]? = nil) { self.conditions = conditions }
}
