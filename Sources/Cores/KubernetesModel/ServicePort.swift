package struct ServicePort: Codable, Hashable, Sendable {
    package var name: String?
    /// `TCP` (also if absent), `UDP` or `SCTP`.
    package var `protocol`: String?
    package var port: Int
    package var nodePort: Int?

    package init(name: String? = nil, protocol: String? = nil, port: Int) {
        self.name = name
        self.protocol = `protocol`
        self.port = port
    }
}
