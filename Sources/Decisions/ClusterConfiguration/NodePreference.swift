/// Nodes that should rather announce than others (`preferredNodeSelectors`).
package struct NodePreference: Hashable, Sendable {
    /// 1 to 100.
    package var weight: Int
    package var selector: Selector

    package init(weight: Int, selector: Selector) {
        self.weight = weight
        self.selector = selector
    }
}
