package struct NodeCondition: Codable, Hashable, Sendable {
    /// For example `Ready` or `NetworkUnavailable`.
    package var type: String
    /// `True`, `False` or `Unknown`.
    package var status: String

    package init(type: String, status: String) {
        self.type = type
        self.status = status
    }
}
