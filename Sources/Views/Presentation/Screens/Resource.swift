/// What `martlet get` can show.
package enum Resource: String, Hashable, Sendable, CaseIterable {
    case pools
    case services
    case announcements
    case peers
    case speakers
    case routes
    case events
    case problems

    /// What a status says about it.
    package func list(
        from status: ClusterStatus, filter: ResourceFilter = ResourceFilter(), order: ResourceOrder? = nil
    ) -> ResourceList {
        ResourceList(resource: self, status: status, filter: filter, order: order)
    }

    /// Understands the plural, the singular, and what kubectl's users type.
    package init?(typed word: String) {
        let word = word.lowercased()
        let short: [String: Resource] = [
            "svc": .services, "ipaddresspools": .pools, "bgppeers": .peers, "ev": .events,
        ]
        let named = Resource.allCases.first { $0.rawValue == word || $0.rawValue.dropLast() == word }
        guard let resource = named ?? short[word] else { return nil }
        self = resource
    }
}
