/// Which of a Node's conditions count, as the operator decides; the same on every node.
package struct NodePolicy: Hashable, Sendable {
    /// Whether a cordoned node is drained.
    package var drainsOnCordon: Bool
    /// Whether the label ``NodeView/excludeLabel`` counts.
    package var heedsExcludeLabel: Bool

    package init(drainsOnCordon: Bool = true, heedsExcludeLabel: Bool = true) {
        self.drainsOnCordon = drainsOnCordon
        self.heedsExcludeLabel = heedsExcludeLabel
    }
}
