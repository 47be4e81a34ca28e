import Addresses
import ClusterConfiguration
import KubernetesModel

extension AnnouncementEngine {
    /// What each advertisement makes of each address of a Service, in the order of the addresses, layer 2 before BGP; empty
    /// if the Service has no address.
    package func advertisements(for service: NamespacedName) -> [AdvertisementReview] {
        guard let facts = services[service] else { return [] }
        return facts.addresses.sorted { $0.address < $1.address }.flatMap { address in
            let isShared = address.isShared || claims[address.address]?.isShared == true
            return rules.layer2.indices.map { review(rules.layer2[$0], at: $0, facts, address, isShared: isShared) }
                + rules.bgp.indices.map { review(rules.bgp[$0], at: $0, facts, address) }
        }
    }

    private func review(
        _ advertisement: Layer2Advertisement, at index: Int, _ facts: ServiceFacts,
        _ address: ServiceFacts.AddressFacts,
        isShared: Bool
    ) -> AdvertisementReview {
        let failure =
            failure(advertisement.pools, advertisement.serviceSelectors, facts, address)
            ?? (isShared && !advertisement.serviceSelectors.isEmpty
                ? "the address is shared, and an L2Advertisement with serviceSelectors does not announce shared addresses"
                : nil)
        return AdvertisementReview(
            protocol: .layer2, name: advertisement.name, address: address.address, matches: failure == nil,
            message: failure ?? nodes(rules.layer2Selected[index]))
    }

    private func review(
        _ advertisement: BGPRouteAdvertisement, at index: Int, _ facts: ServiceFacts,
        _ address: ServiceFacts.AddressFacts
    ) -> AdvertisementReview {
        let failure = failure(advertisement.pools, advertisement.serviceSelectors, facts, address)
        let prefix = advertisement.prefix(of: address.address)
        return AdvertisementReview(
            protocol: .bgp, name: advertisement.name, address: address.address, matches: failure == nil,
            message: failure ?? "as \(prefix), \(nodes(rules.bgpSelected[index]))")
    }

    private func failure(
        _ pools: PoolSelection, _ selectors: [Selector], _ facts: ServiceFacts, _ address: ServiceFacts.AddressFacts
    ) -> String? {
        let pool = facts.service.addresses.first { $0.address == address.address }?.pool ?? ""
        if !pools.contains(pool), case .named(let names) = pools {
            guard !names.isEmpty else { return "it selects no pool" }
            return "it selects \(names.sorted().joined(separator: ", ")), but the address is from \(pool)"
        }
        guard selectors.isEmpty || selectors.contains(where: { $0.matches(facts.service.labels) }) else {
            let wanted = selectors.map(\.description).joined(separator: " or ")
            return "its serviceSelectors (\(wanted)) do not match the Service's labels"
        }
        return nil
    }

    private func nodes(_ selected: NodeSet) -> String {
        let names = rules.nodeList.nodes.indices.filter(selected.contains).map { rules.nodeList.nodes[$0].name }
        if names.isEmpty { return "but its nodeSelectors select no node" }
        if names.count == rules.nodeList.nodes.count { return "on every node" }
        return "on " + names.brief
    }
}

extension [String] {
    /// The first few, and how many more.
    fileprivate var brief: String {
        count <= 8 ? joined(separator: ", ") : prefix(7).joined(separator: ", ") + " and \(count - 7) more"
    }
}
