import Addresses
import BGP
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Announcement

/// An engine, and what it has answered: each change of its inputs is followed by the differences that a speaker would see
/// which asks for everything. That the engine names all of them as its changes is checked each time.
@dynamicMemberLookup
struct WatchedEngine {
    /// What is different from before.
    struct Differences: Equatable {
        enum Layer2: Equatable {
            case announce(IPAddress, InterfaceSelection)
            case withdraw(IPAddress)
        }

        enum Route: Equatable {
            case advertise(IPPrefix, RouteAttributes, peers: Set<String>)
            case withdraw(IPPrefix, peers: Set<String>)

            var prefix: IPPrefix {
                switch self {
                case .advertise(let prefix, _, _), .withdraw(let prefix, _): prefix
                }
            }
        }

        var layer2: [Layer2] = []
        var routes: [Route] = []

        var isEmpty: Bool { layer2.isEmpty && routes.isEmpty }
    }

    private(set) var engine: AnnouncementEngine
    private(set) var localAddresses: [IPAddress: InterfaceSelection]

    init(_ engine: AnnouncementEngine) {
        self.engine = engine
        localAddresses = engine.localAddresses
        _ = self.engine.takeChanges()
    }

    subscript<Value>(dynamicMember member: KeyPath<AnnouncementEngine, Value>) -> Value { engine[keyPath: member] }

    /// Changes an input.
    mutating func change(_ body: (inout AnnouncementEngine) -> Void) -> Differences {
        let (addresses, routes) = (localAddresses, engine.localRoutes)
        body(&engine)
        localAddresses = engine.localAddresses
        let changes = engine.takeChanges()
        var differences = Differences()
        for address in Set(addresses.keys).union(localAddresses.keys).sorted()
        where addresses[address] != localAddresses[address] {
            #expect(changes.addresses.contains(address))
            differences.layer2.append(localAddresses[address].map { .announce(address, $0) } ?? .withdraw(address))
        }
        let prefixes = Set(routes.keys).union(engine.localRoutes.keys).filter { routes[$0] != engine.localRoutes[$0] }
        #expect(changes.prefixes.isSuperset(of: prefixes))
        for prefix in prefixes.sorted() {
            let (former, current) = (routes[prefix] ?? [:], engine.localRoutes[prefix] ?? [:])
            let lost = Set(former.keys).subtracting(current.keys)
            if !lost.isEmpty { differences.routes.append(.withdraw(prefix, peers: lost)) }
            let told = Dictionary(grouping: current.filter { former[$0.key] != $0.value }, by: \.value)
                .map { (attributes: $0.key, peers: Set($0.value.map(\.key))) }
            for (attributes, peers) in told.sorted(by: { ($0.peers.min() ?? "") < ($1.peers.min() ?? "") }) {
                differences.routes.append(.advertise(prefix, attributes, peers: peers))
            }
        }
        return differences
    }

    mutating func apply(_ configuration: Configuration) -> Differences { change { $0.apply(configuration) } }
    mutating func apply(_ nodes: [NodeView]) -> Differences { change { $0.apply(nodes) } }
    mutating func apply(_ service: AnnouncedService) -> Differences { change { $0.apply(service) } }
    mutating func apply(_ liveness: Liveness) -> Differences { change { $0.apply(liveness) } }
    mutating func apply(drainedFor time: Duration?) -> Differences { change { $0.apply(drainedFor: time) } }
    mutating func remove(_ service: NamespacedName) -> Differences { change { $0.remove(service) } }

    mutating func apply(lingeringIsOver routes: Set<LingeringRoute>) -> Differences {
        change { $0.apply(lingeringIsOver: routes) }
    }

    mutating func apply(holder: String?, of address: IPAddress, on interface: String? = nil) -> Differences {
        change { $0.apply(holder: holder, of: address, on: interface) }
    }

    mutating func apply(conflict: String?, of address: IPAddress) -> Differences {
        change { $0.apply(conflict: conflict, of: address) }
    }

    func plan() -> AnnouncementPlan { engine.plan() }
    func plan(for service: NamespacedName) -> AnnouncementPlan { engine.plan(for: service) }
}

extension AnnouncementEngine {
    /// What the local node answers for, and where.
    var localAddresses: [IPAddress: InterfaceSelection] {
        guard let localIndex else { return [:] }
        var result: [IPAddress: InterfaceSelection] = [:]
        for (address, claims) in claims where conflicts[address] == nil {
            for assigned in claims.services.compactMap({ services[$0] }).flatMap(\.addresses)
            where assigned.address == address {
                guard let here = interfaces(assigned, isShared: claims.isShared, node: localIndex) else { continue }
                result[address] = result[address]?.union(here) ?? here
            }
        }
        return result
    }
}
