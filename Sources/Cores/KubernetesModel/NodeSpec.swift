package struct NodeSpec: Codable, Hashable, Sendable {
    /// True on a cordoned node.
    package var unschedulable: Bool?
    package var taints: [Taint]?

    package init(unschedulable: Bool? = nil, taints: [Taint]? = nil) {
        self.unschedulable = unschedulable
        self.taints = taints
    }
}
