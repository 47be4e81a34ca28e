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

    var pools: [IPAddressPool]?
    var layer2Advertisements: [L2Advertisement]?
    var bgpAdvertisements: [BGPAdvertisement]?
    var peers: [BGPPeer]?
    var bfdProfiles: [BFDProfile]?
    var communities: [CommunityList]?
    var services: [Service]?
    var nodes: [Node]?
    var namespaces: [Namespace]?
    var secrets: [Secret]?
    var endpointSlices: [EndpointSlice]?
    var leftOut: [Reference] = []
    var secretsAreUnknown: Bool
    var gateways: [String: String] = [:]
    var problems: [Entry] = []
    var unreadable: [String]
}

/// What was read last, from which the next reading is told.
struct ReadingDifference: Sendable {
    private var last = ClusterState()

    init() {}

    mutating func store(_ reading: ManifestReading) -> StoredReading {
        let new = reading.state
        var stored = StoredReading(secretsAreUnknown: new.secretsAreUnknown, unreadable: reading.unreadable)
        func changed<Object: Equatable>(_ list: KeyPath<ClusterState, [Object]>) -> [Object]? {
            new[keyPath: list] == last[keyPath: list] ? nil : new[keyPath: list]
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
        last = new
        return stored
    }

    mutating func restore(_ stored: StoredReading) throws -> ManifestReading {
        var reading = ManifestReading()
        var state = last
        func take<Object>(_ list: WritableKeyPath<ClusterState, [Object]>, _ new: [Object]?) {
            if let new { state[keyPath: list] = new }
        }
        take(\.pools, stored.pools)
        take(\.layer2Advertisements, stored.layer2Advertisements)
        take(\.bgpAdvertisements, stored.bgpAdvertisements)
        take(\.peers, stored.peers)
        take(\.bfdProfiles, stored.bfdProfiles)
        take(\.communities, stored.communities)
        take(\.services, stored.services)
        take(\.nodes, stored.nodes)
        take(\.namespaces, stored.namespaces)
        take(\.secrets, stored.secrets)
        take(\.endpointSlices, stored.endpointSlices)
        state.leftOut = Set(stored.leftOut.map(\.reference))
        state.secretsAreUnknown = stored.secretsAreUnknown
        state.gateways = [:]
        for (address, node) in stored.gateways { state.gateways[try IPAddress(address)] = node }
        last = state
        reading.state = state
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
