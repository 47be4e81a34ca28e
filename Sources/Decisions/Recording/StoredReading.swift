import Addresses
import ClusterConfiguration
import KubernetesModel

/// ``ManifestReading`` as it is written. A list that is absent is what it was in the reading before.
///
/// Where objects stand in their files is not written: no decision depends on it.
struct StoredReading: Codable, Hashable, Sendable {
    struct Reference: Codable, Hashable, Sendable {
        var kind: String
        var namespace: String?
        var name: String

        init(_ reference: ObjectReference) {
            kind = reference.kind
            namespace = reference.name.namespace
            name = reference.name.name
        }

        var reference: ObjectReference {
            ObjectReference(kind: kind, name: NamespacedName(namespace: namespace, name: name))
        }
    }

    struct Entry: Codable, Hashable, Sendable {
        var severity: String
        var object: Reference?
        var field: String?
        var message: String
    }

    var pools: StoredList<IPAddressPool>?
    var layer2Advertisements: StoredList<L2Advertisement>?
    var bgpAdvertisements: StoredList<BGPAdvertisement>?
    var peers: StoredList<BGPPeer>?
    var bfdProfiles: StoredList<BFDProfile>?
    var communities: StoredList<CommunityList>?
    var services: StoredList<Service>?
    var nodes: StoredList<Node>?
    var namespaces: StoredList<Namespace>?
    var secrets: StoredList<Secret>?
    var endpointSlices: StoredList<EndpointSlice>?
    /// Of the Services, in their order.
    var serviceRanks: StoredList<Int64>?
    var leftOut: [Reference] = []
    var secretsAreUnknown: Bool
    var gateways: [String: String] = [:]
    var problems: [Entry] = []
    var unreadable: [String]
}

/// A list as it is written: only what lies between the parts that are as they were.
struct StoredList<Object: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    /// How many objects at the beginning and at the end of the former list stay.
    var first: Int
    var last: Int
    var between: [Object]

    /// `nil`: the list is as it was.
    init?(_ new: [Object], after old: [Object]) {
        guard new != old else { return nil }
        let first = zip(new, old).prefix { $0 == $1 }.count
        let last = zip(new.dropFirst(first).reversed(), old.dropFirst(first).reversed()).prefix { $0 == $1 }.count
        self.first = first
        self.last = last
        between = Array(new[first..<(new.count - last)])
    }

    func list(after old: [Object]) throws -> [Object] {
        guard first >= 0, last >= 0, first <= old.count, last <= old.count - first else {
            throw RecordingError("a list goes on from one that was longer", offset: 0)
        }
        return old.prefix(first) + between + old.suffix(last)
    }
}

/// What was read last, from which the next reading is told.
struct ReadingDifference: Sendable {
    private var last = ClusterState()
    private var lastRanks: [Int64] = []

    init() {}

    mutating func store(_ reading: ManifestReading) -> StoredReading {
        let new = reading.state
        var stored = StoredReading(secretsAreUnknown: new.secretsAreUnknown, unreadable: reading.unreadable)
        func changed<Object>(_ list: KeyPath<ClusterState, [Object]>) -> StoredList<Object>? {
            StoredList(new[keyPath: list], after: last[keyPath: list])
        }
        stored.pools = changed(\.pools)
        stored.layer2Advertisements = changed(\.layer2Advertisements)
        stored.bgpAdvertisements = changed(\.bgpAdvertisements)
        stored.peers = changed(\.peers)
        stored.bfdProfiles = changed(\.bfdProfiles)
        stored.communities = changed(\.communities)
        stored.services = changed(\.services)
        stored.nodes = changed(\.nodes)
        stored.namespaces = changed(\.namespaces)
        stored.secrets = changed(\.secrets)
        stored.endpointSlices = changed(\.endpointSlices)
        stored.leftOut = new.leftOut.sorted().map { StoredReading.Reference($0) }
        for (address, node) in new.gateways { stored.gateways[address.description] = node }
        stored.problems = reading.problems.map { problem in
            StoredReading.Entry(
                severity: problem.severity.rawValue, object: problem.object.map { StoredReading.Reference($0) },
                field: problem.field, message: problem.message)
        }
        let ranks = new.services.compactMap { reading.serviceRanks[$0.name] }
        stored.serviceRanks = StoredList(ranks, after: lastRanks)
        last = new
        lastRanks = ranks
        return stored
    }

    mutating func restore(_ stored: StoredReading) throws -> ManifestReading {
        var reading = ManifestReading()
        var state = last
        func take<Object>(_ list: WritableKeyPath<ClusterState, [Object]>, _ new: StoredList<Object>?) throws {
            if let new { state[keyPath: list] = try new.list(after: state[keyPath: list]) }
        }
        try take(\.pools, stored.pools)
        try take(\.layer2Advertisements, stored.layer2Advertisements)
        try take(\.bgpAdvertisements, stored.bgpAdvertisements)
        try take(\.peers, stored.peers)
        try take(\.bfdProfiles, stored.bfdProfiles)
        try take(\.communities, stored.communities)
        try take(\.services, stored.services)
        try take(\.nodes, stored.nodes)
        try take(\.namespaces, stored.namespaces)
        try take(\.secrets, stored.secrets)
        try take(\.endpointSlices, stored.endpointSlices)
        state.leftOut = Set(stored.leftOut.map(\.reference))
        state.secretsAreUnknown = stored.secretsAreUnknown
        state.gateways = [:]
        for (address, node) in stored.gateways { state.gateways[try IPAddress(address)] = node }
        last = state
        lastRanks = try stored.serviceRanks?.list(after: lastRanks) ?? lastRanks
        reading.state = state
        for (service, rank) in zip(state.services, lastRanks) { reading.serviceRanks[service.name] = rank }
        reading.problems = stored.problems.map { entry in
            var problem = Problem(Problem.Severity(rawValue: entry.severity) ?? .error, entry.object?.reference, "")
            problem.field = entry.field
            problem.message = entry.message
            return problem
        }
        reading.unreadable = stored.unreadable
        return reading
    }
}

/// ``ManifestChange`` as it is written.
struct StoredManifestChange: Codable, Hashable, Sendable {
    var services: [Service]
    /// Of `services`, in their order.
    var ranks: [Int64]
    var removedServices: [StoredName]
    var endpointSlices: [EndpointSlice]
    var removedSlices: [StoredName]

    init(_ change: ManifestChange, _ names: inout SecretNames) {
        services = change.services.map { names.redacted($0.service, \.metadata) }
        ranks = change.services.map(\.rank)
        removedServices = change.removedServices.map { StoredName($0) }
        endpointSlices = change.endpointSlices.map { names.redacted($0, \.metadata) }
        removedSlices = change.removedSlices.map { StoredName($0) }
    }

    var change: ManifestChange {
        var change = ManifestChange()
        change.services = zip(services, ranks).map { RankedService($0, rank: $1) }
        change.removedServices = removedServices.map(\.value)
        change.endpointSlices = endpointSlices
        change.removedSlices = removedSlices.map(\.value)
        return change
    }
}
