/// Where a Service's usable endpoints of one address family are.
package struct FamilyEndpoints: Hashable, Sendable {
    /// By node, the number of endpoints that are ready and not terminating; never zero.
    package let ready: [String: Int]
    /// By node without a ready endpoint, the number of endpoints that terminate and still serve; never zero.
    package let terminating: [String: Int]
    /// Whether there is a usable endpoint at all; it may be on no known node.
    package let isUsable: Bool

    /// No usable endpoint.
    package static let none = FamilyEndpoints()

    /// - Parameter isUsable: `nil`: whether any node has an endpoint.
    package init(ready: [String: Int] = [:], terminating: [String: Int] = [:], isUsable: Bool? = nil) {
        self.ready = ready
        self.terminating = terminating.filter { ready[$0.key] == nil }
        self.isUsable = isUsable ?? !(ready.isEmpty && terminating.isEmpty)
    }

    /// The nodes that have a usable endpoint.
    package var nodes: Set<String> { Set(ready.keys).union(terminating.keys) }

    /// The number of endpoints that get the traffic that arrives at a node under `externalTrafficPolicy: Local`: the
    /// ready ones; kube-proxy uses those that terminate only where there is no ready one.
    package func count(on node: String) -> Int { ready[node] ?? terminating[node] ?? 0 }
}
