/// Which addresses are announced on the local segment (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct L2Advertisement: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: L2AdvertisementSpec?
    package var status: ConfigurationStatus?
}

package struct L2AdvertisementSpec: Codable, Hashable, Sendable {
    /// Names of pools. With neither names nor selectors: all pools.
    package var ipAddressPools: [String]?
    package var ipAddressPoolSelectors: [LabelSelector]?
    /// Nodes that may announce. Default: all.
    package var nodeSelectors: [LabelSelector]?
    /// Interfaces to announce on. Default: every suitable one.
    package var interfaces: [String]?
    package var serviceSelectors: [LabelSelector]?
    /// Of the nodes that may announce, those that should.
    package var preferredNodeSelectors: [PreferredNodeSelector]?
    /// `Never` or `Always`: whether a node that should rather announce takes an address from one that does. Default: `Never`.
    package var preemption: String?
}

/// Nodes that should rather announce than others.
package struct PreferredNodeSelector: Codable, Hashable, Sendable {
    /// 1 to 100; the weights of all that match a node add up.
    package var weight: Int
    package var preference: LabelSelector

    package init(weight: Int, preference: LabelSelector) {
        self.weight = weight
        self.preference = preference
    }
}
