/// A valid L2Advertisement.
package struct Layer2Advertisement: Hashable, Sendable {
    package var name: String
    package var pools: PoolSelection
    /// A node matches one of these; none given: every node matches.
    package var nodeSelectors: [Selector]
    /// A Service matches one of these; none given: every Service matches.
    package var serviceSelectors: [Selector]
    package var interfaces: InterfaceSelection
    /// Nodes that should rather announce than others; the weights of all that match a node add up.
    package var preferences: [NodePreference]
    package var preemption: Layer2Preemption

    package init(
        name: String, pools: PoolSelection = .all, nodeSelectors: [Selector] = [], serviceSelectors: [Selector] = [],
        interfaces: InterfaceSelection = .all, preferences: [NodePreference] = [], preemption: Layer2Preemption = .never
    ) {
        self.name = name
        self.pools = pools
        self.nodeSelectors = nodeSelectors
        self.serviceSelectors = serviceSelectors
        self.interfaces = interfaces
        self.preferences = preferences
        self.preemption = preemption
    }
}
