package struct LabelSelectorRequirement: Codable, Hashable, Sendable {
    package var key: String
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    package var `operator`: String
    package var values: [String]?

    package init(key: String, operator: String, values: [String]? = nil) {
        self.key = key
        self.operator = `operator`
        self.values = values
    }
}
