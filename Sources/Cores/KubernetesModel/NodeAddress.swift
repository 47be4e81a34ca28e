package struct NodeAddress: Codable, Hashable, Sendable {
    /// For example `InternalIP` or `Hostname`.
    package var type: String
    package var address: String

    package init(type: String, address: String) {
        self.type = type
        self.address = address
    }
}
