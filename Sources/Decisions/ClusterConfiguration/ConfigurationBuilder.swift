import KubernetesModel

/// Makes a configuration from objects, kind by kind: what is referred to before what refers to it.
struct ConfigurationBuilder {
    let state: ClusterState
    let previous: Configuration
    var problems: [Problem] = []

    init(state: ClusterState, previous: Configuration) {
        self.state = state
        self.previous = previous
    }

    mutating func build() -> (configuration: Configuration, problems: [Problem]) {
        var configuration = Configuration()
        let pools = makePools()
        configuration.pools = pools.valid
        configuration.layer2Advertisements = makeLayer2Advertisements(pools: pools)
        let bfd = makeBFDSettings()
        let peers = makePeers(bfd: bfd)
        configuration.peers = peers.valid
        configuration.bgpAdvertisements = makeBGPAdvertisements(
            pools: pools, peers: peers, aliases: makeCommunityAliases())
        return (configuration, problems)
    }

    /// Objects of one kind that are valid, and the names of those that are not.
    struct Outcome<Valid> {
        var valid: [Valid] = []
        var invalidNames: Set<String>

        /// - Parameter unreadable: the names of those that could not be understood at all.
        init(unreadable: Set<String>) { invalidNames = unreadable }

        /// What to say of a name that nothing valid has.
        func absence(of name: String) -> String { invalidNames.contains(name) ? "is invalid" : "does not exist" }
    }

    /// The names of the objects of a kind that are in the input and could not be understood.
    func unreadable(_ kind: String) -> Set<String> {
        Set(state.leftOut.filter { $0.kind == kind }.map(\.name.name))
    }

    // MARK: - Names

    /// The objects that count, of those that share a name: one of martlet.dev before one of metallb.io, else the first.
    ///
    /// Objects refer to each other by name alone, so a name must be unique in all namespaces.
    mutating func uniquelyNamed<Object: ConfigurationObject>(_ objects: [Object]) -> [Object] {
        let indices = Dictionary(grouping: objects.indices) { objects[$0].metadata.name }
        var dropped: Set<Int> = []
        for index in objects.indices {
            guard let namesakes = indices[objects[index].metadata.name], namesakes.count > 1, namesakes[0] == index
            else {
                continue
            }
            let winner = namesakes.first { !objects[$0].isMetalLB } ?? namesakes[0]
            for loser in namesakes where loser != winner {
                dropped.insert(loser)
                reportNamesake(objects[loser], of: objects[winner])
            }
        }
        return dropped.isEmpty ? objects : objects.indices.filter { !dropped.contains($0) }.map { objects[$0] }
    }

    private mutating func reportNamesake<Object: ConfigurationObject>(_ object: Object, of winner: Object) {
        let other = ObjectReference(winner)
        var check = ObjectCheck(ObjectReference(object), state.locations)
        let place = state.locations.location(of: nil, in: other).map { " (\($0))" } ?? ""
        if object.isMetalLB != winner.isMetalLB {
            check.warning(
                "metadata.name",
                "\(other)\(place) of martlet.dev has the same name and takes precedence: remove one of the two")
        } else {
            check.error("metadata.name", "\(other)\(place) has the same name: rename one of the two")
        }
        problems += check.problems
    }

    // MARK: - Objects

    /// Takes an object if it is valid, else its last valid form, else nothing; and reports what was found.
    mutating func settle<Valid>(
        _ check: ObjectCheck, _ value: Valid?, previous: Valid?, name: String, into outcome: inout Outcome<Valid>
    ) {
        var check = check
        if let value, !check.hasError {
            outcome.valid.append(value)
        } else if let previous {
            check.markKept()
            outcome.valid.append(previous)
        } else {
            outcome.invalidNames.insert(name)
        }
        problems += check.problems
    }
}
