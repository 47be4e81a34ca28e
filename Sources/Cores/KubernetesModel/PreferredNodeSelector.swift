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
