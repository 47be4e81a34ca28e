import Addresses
import BGP
import KubernetesModel

extension ConfigurationBuilder {
    // MARK: - What both kinds have

    /// The pools that names and selectors mean.
    private func selection(
        names: [String]?, selectors: [LabelSelector]?, pools: Outcome<Pool>, _ check: inout ObjectCheck
    ) -> PoolSelection {
        let names = names ?? []
        check.findRepetitions(names, "spec.ipAddressPools")
        let known = Set(pools.valid.map(\.name))
        for (index, name) in names.enumerated() where !known.contains(name) {
            check.warning(
                "spec.ipAddressPools[\(index)]",
                "the pool \"\(name)\" \(pools.absence(of: name)), so nothing from it is advertised: "
                    + "add or fix it, or correct the name"
            )
        }
        let selectors = check.selectors(selectors, "spec.ipAddressPoolSelectors")
        if names.isEmpty, selectors.isEmpty { return .all }
        let selected = pools.valid.filter { pool in selectors.contains { $0.matches(pool.labels) } }
        return .named(Set(names).union(selected.map(\.name)))
    }

    // MARK: - Layer 2

    mutating func makeLayer2Advertisements(pools: Outcome<Pool>) -> [Layer2Advertisement] {
        let last = Dictionary(previous.layer2Advertisements.map { ($0.name, $0) }) { first, _ in first }
        var outcome = Outcome<Layer2Advertisement>(unreadable: [])
        for object in uniquelyNamed(state.layer2Advertisements) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let advertisement = makeLayer2Advertisement(object, pools: pools, &check)
            settle(
                check, advertisement, previous: last[object.metadata.name], name: object.metadata.name, into: &outcome)
        }
        return outcome.valid
    }

    private func makeLayer2Advertisement(
        _ object: L2Advertisement, pools: Outcome<Pool>, _ check: inout ObjectCheck
    ) -> Layer2Advertisement {
        let spec = object.spec
        let interfaces = spec?.interfaces ?? []
        check.findRepetitions(interfaces, "spec.interfaces", severity: .warning)
        for (index, interface) in interfaces.enumerated() {
            guard let problem = InterfaceName.problem(interface) else { continue }
            check.warning("spec.interfaces[\(index)]", "\"\(interface)\" \(problem): no node has such an interface")
        }
        return Layer2Advertisement(
            name: object.metadata.name,
            pools: selection(
                names: spec?.ipAddressPools, selectors: spec?.ipAddressPoolSelectors, pools: pools, &check),
            nodeSelectors: check.selectors(spec?.nodeSelectors, "spec.nodeSelectors"),
            serviceSelectors: check.selectors(spec?.serviceSelectors, "spec.serviceSelectors"),
            interfaces: interfaces.isEmpty ? .all : .named(Set(interfaces)),
            preferences: preferences(spec?.preferredNodeSelectors ?? [], &check),
            preemption: preemption(spec?.preemption, &check))
    }

    private func preemption(_ text: String?, _ check: inout ObjectCheck) -> Layer2Preemption {
        guard let text else { return .never }
        guard let preemption = Layer2Preemption(rawValue: text) else {
            let known = Layer2Preemption.allCases.map(\.rawValue).joined(separator: " or ")
            check.error("spec.preemption", "\"\(text)\" is not known: write \(known)")
            return .never
        }
        return preemption
    }

    private func preferences(_ list: [PreferredNodeSelector], _ check: inout ObjectCheck) -> [NodePreference] {
        list.enumerated().map { index, item in
            let field = "spec.preferredNodeSelectors[\(index)]"
            let weight = check.number(item.weight, "\(field).weight", in: 1...100) ?? 1
            return NodePreference(weight: weight, selector: check.selector(item.preference, "\(field).preference"))
        }
    }

    // MARK: - BGP

    mutating func makeBGPAdvertisements(
        pools: Outcome<Pool>, peers: Outcome<Peer>, aliases: CommunityAliases
    ) -> [BGPRouteAdvertisement] {
        let last = Dictionary(previous.bgpAdvertisements.map { ($0.name, $0) }) { first, _ in first }
        let aggregation = pools.valid.map(AggregationBounds.init)
        var outcome = Outcome<BGPRouteAdvertisement>(unreadable: [])
        for object in uniquelyNamed(state.bgpAdvertisements) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let advertisement = makeBGPAdvertisement(object, pools: pools, peers: peers, aliases: aliases, &check)
            findShortAggregation(advertisement, aggregation, &check)
            if let other = outcome.valid.first(where: { conflict($0, advertisement, pools: pools.valid) }) {
                for setting in RouteSetting.differences(other, advertisement) {
                    check.error(setting.field, conflictMessage(setting, advertisement, other))
                }
            }
            settle(
                check, advertisement, previous: last[object.metadata.name], name: object.metadata.name, into: &outcome)
        }
        return outcome.valid
    }

    private func makeBGPAdvertisement(
        _ object: BGPAdvertisement, pools: Outcome<Pool>, peers: Outcome<Peer>, aliases: CommunityAliases,
        _ check: inout ObjectCheck
    ) -> BGPRouteAdvertisement {
        let spec = object.spec
        var advertisement = BGPRouteAdvertisement(name: object.metadata.name, namespace: object.metadata.namespace)
        advertisement.pools = selection(
            names: spec?.ipAddressPools, selectors: spec?.ipAddressPoolSelectors, pools: pools, &check)
        advertisement.nodeSelectors = check.selectors(spec?.nodeSelectors, "spec.nodeSelectors")
        advertisement.serviceSelectors = check.selectors(spec?.serviceSelectors, "spec.serviceSelectors")
        advertisement.peers = peerNames(spec?.peers ?? [], peers: peers, &check)
        advertisement.aggregationLength =
            check.number(spec?.aggregationLength, "spec.aggregationLength", in: 1...32) ?? 32
        advertisement.aggregationLengthV6 =
            check.number(spec?.aggregationLengthV6, "spec.aggregationLengthV6", in: 1...128) ?? 128
        if !advertisement.serviceSelectors.isEmpty {
            requireHostRoutes(advertisement.aggregationLength, 32, "spec.aggregationLength", &check)
            requireHostRoutes(advertisement.aggregationLengthV6, 128, "spec.aggregationLengthV6", &check)
        }
        if let value = check.number(spec?.localPref, "spec.localPref", in: 0...Int(UInt32.max)) {
            // As in MetalLB, zero means that nothing is said.
            advertisement.localPreference = value == 0 ? nil : UInt32(value)
        }
        addCommunities(spec?.communities ?? [], aliases: aliases, to: &advertisement, &check)
        addOwnSettings(spec, to: &advertisement, &check)
        return advertisement
    }

    /// What MetalLB does not have.
    private func addOwnSettings(
        _ spec: BGPAdvertisementSpec?, to advertisement: inout BGPRouteAdvertisement, _ check: inout ObjectCheck
    ) {
        advertisement.multiExitDiscriminator =
            check.number(spec?.med, "spec.med", in: 0...Int(UInt32.max)).map { UInt32($0) }
        let most = BGPRouteAdvertisement.mostPrepending
        advertisement.prepending =
            check.number(spec?.asPathPrepend, "spec.asPathPrepend", in: 0...most).map { UInt8($0) } ?? 0
        switch spec?.linkBandwidth {
        case nil: break
        case "PerEndpoint": advertisement.weighsEndpoints = true
        case let text?:
            check.error("spec.linkBandwidth", "\"\(text)\" is not known: write PerEndpoint, or leave it out")
        }
        if let time = check.duration(spec?.drainTime, "spec.drainTime") { advertisement.drainTime = time }
    }

    private func peerNames(_ names: [String], peers: Outcome<Peer>, _ check: inout ObjectCheck) -> Set<String>? {
        guard !names.isEmpty else { return nil }
        check.findRepetitions(names, "spec.peers")
        let known = Set(peers.valid.map(\.name))
        for (index, name) in names.enumerated() where !known.contains(name) {
            check.warning(
                "spec.peers[\(index)]",
                "the BGPPeer \"\(name)\" \(peers.absence(of: name)), so nothing is advertised to it: "
                    + "add or fix it, or correct the name"
            )
        }
        return Set(names)
    }

    /// A route for more than one address cannot be for some Services only.
    private func requireHostRoutes(_ length: Int, _ whole: Int, _ field: String, _ check: inout ObjectCheck) {
        guard length != whole else { return }
        check.error(
            field,
            "\(length) would advertise addresses of Services that spec.serviceSelectors does not select: "
                + "write \(whole), or remove spec.serviceSelectors")
    }

    private func addCommunities(
        _ texts: [String], aliases: CommunityAliases, to advertisement: inout BGPRouteAdvertisement,
        _ check: inout ObjectCheck
    ) {
        check.findRepetitions(texts, "spec.communities")
        var values: Set<CommunityValue> = []
        for (index, text) in texts.enumerated() {
            let field = "spec.communities[\(index)]"
            if let value = aliases.values[text] {
                values.insert(value)
                continue
            }
            do throws(CommunityValue.Failure) {
                values.insert(try CommunityValue(text))
            } catch .value(let remedy) {
                check.error(field, "\"\(text)\" is not a community: \(remedy)")
            } catch {
                let state =
                    aliases.invalidNames.contains(text)
                    ? "is in an invalid Community object"
                    : aliases.areIncomplete ? "is unknown, and a Community object is invalid" : "is not defined yet"
                check.error(
                    field,
                    "the community alias \"\(text)\" \(state): define it in a Community object, or write 64500:100 "
                        + "or large:64500:1:100")
            }
        }
        for value in values {
            switch value {
            case .standard(let community): advertisement.communities.append(community)
            case .large(let community): advertisement.largeCommunities.append(community)
            }
        }
        advertisement.communities.sort()
        advertisement.largeCommunities.sort()
    }

    // MARK: - Aggregation

    /// The entry of a pool, in each family, that allows the least aggregation.
    private struct AggregationBounds {
        var pool: String
        /// Of the entry whose largest block is the smallest: its length, and the entry.
        var longest: [AddressFamily: (length: Int, range: IPRange)] = [:]

        init(_ pool: Pool) {
            self.pool = pool.name
            for range in pool.ranges {
                let length = range.prefixes.map(\.length).min() ?? range.lower.family.bitWidth
                let family = range.lower.family
                if let known = longest[family], known.length >= length { continue }
                longest[family] = (length, range)
            }
        }
    }

    /// A route that is wider than the pool's own block would attract traffic to addresses that are not the pool's.
    private func findShortAggregation(
        _ advertisement: BGPRouteAdvertisement, _ bounds: [AggregationBounds], _ check: inout ObjectCheck
    ) {
        for family in AddressFamily.allCases {
            let (length, field) =
                switch family {
                case .ipv4: (advertisement.aggregationLength, "spec.aggregationLength")
                case .ipv6: (advertisement.aggregationLengthV6, "spec.aggregationLengthV6")
                }
            guard length < family.bitWidth else { continue }
            for bound in bounds where advertisement.pools.contains(bound.pool) {
                guard let longest = bound.longest[family], length < longest.length else { continue }
                check.error(
                    field,
                    "/\(length) is wider than \(longest.range) of the pool \(bound.pool) and would attract traffic for "
                        + "addresses beyond it: write \(longest.length) or more, or choose other pools"
                )
            }
        }
    }

    // MARK: - What a route has one of

    /// Whether two advertisements would give one prefix to one peer from one node, and do not agree on a ``RouteSetting``.
    ///
    /// Where Services are selected, only the Services tell; that is decided where they are announced.
    private func conflict(_ a: BGPRouteAdvertisement, _ b: BGPRouteAdvertisement, pools: [Pool]) -> Bool {
        guard !RouteSetting.differences(a, b).isEmpty, a.serviceSelectors.isEmpty, b.serviceSelectors.isEmpty else {
            return false
        }
        if let peersOfA = a.peers, let peersOfB = b.peers, peersOfA.isDisjoint(with: peersOfB) { return false }
        guard sharesNode(a.nodeSelectors, b.nodeSelectors) else { return false }
        return pools.contains { pool in
            guard a.pools.contains(pool.name), b.pools.contains(pool.name) else { return false }
            return pool.ranges.contains { range in
                switch range.lower.family {
                case .ipv4: a.aggregationLength == b.aggregationLength
                case .ipv6: a.aggregationLengthV6 == b.aggregationLengthV6
                }
            }
        }
    }

    private func conflictMessage(
        _ setting: RouteSetting, _ later: BGPRouteAdvertisement, _ first: BGPRouteAdvertisement
    ) -> String {
        "the \(setting.name) is \(setting.text(in: later, absent: "unset")) here and "
            + "\(setting.text(in: first, absent: "unset")) in BGPAdvertisement \(first.name), for the same routes to the "
            + "same peers: write the same value, or separate the two by pools, peers or nodeSelectors"
    }

    /// Whether any node is selected by both. Without Node objects there is one node, of which no label is known.
    func sharesNode(_ a: [Selector], _ b: [Selector]) -> Bool {
        func selects(_ selectors: [Selector], _ labels: [String: String]) -> Bool {
            selectors.isEmpty || selectors.contains { $0.matches(labels) }
        }
        guard !state.nodes.isEmpty else { return a == b || selects(a, [:]) && selects(b, [:]) }
        return state.nodes.contains { node in
            let labels = node.metadata.labels ?? [:]
            return selects(a, labels) && selects(b, labels)
        }
    }
}
