package struct NodeSpec: Codable, Hashable, Sendable {
    /// True on a cordoned node.
    package var unschedulable: Bool?

    package init(unschedulable: Bool? = nil) { self.unschedulable = unschedulable }
}
