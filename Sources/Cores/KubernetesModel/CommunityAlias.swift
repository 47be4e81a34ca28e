package struct CommunityAlias: Codable, Hashable, Sendable {
    package var name: String?
    package var value: String?
}
