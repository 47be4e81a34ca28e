/// A selector of objects by their labels (meta/v1). All its requirements must hold; an empty one selects everything.
package struct LabelSelector: Codable, Hashable, Sendable {
    package var matchLabels: [String: String]?
    package var matchExpressions: [LabelSelectorRequirement]?

    package init(matchLabels: [String: String]? = nil, matchExpressions: [LabelSelectorRequirement]? = nil) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }
}
