package struct SecretReference: Codable, Hashable, Sendable {
    package var name: String?
    package var namespace: String?
}
