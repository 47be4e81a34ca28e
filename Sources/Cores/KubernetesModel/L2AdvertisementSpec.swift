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
