package struct CommunityListSpec: Codable, Hashable, Sendable {
    package var communities: [CommunityAlias]?
}
