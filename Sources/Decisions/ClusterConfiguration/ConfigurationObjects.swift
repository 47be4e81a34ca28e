import KubernetesModel

/// The objects of Martlet's kinds in a cluster: those of both API groups.
package struct ConfigurationObjects: Sendable {
    /// The two API groups that have Martlet's kinds.
    package enum Group: String, Hashable, Sendable, CaseIterable {
        case martlet = "martlet.dev"
        case metalLB = "metallb.io"
    }

    private struct Sets: Sendable {
        var pools = ObjectSet<IPAddressPool>()
        var layer2Advertisements = ObjectSet<L2Advertisement>()
        var bgpAdvertisements = ObjectSet<BGPAdvertisement>()
        var peers = ObjectSet<BGPPeer>()
        var bfdProfiles = ObjectSet<BFDProfile>()
        var communities = ObjectSet<CommunityList>()

        var isReady: Bool {
            pools.isReady && layer2Advertisements.isReady && bgpAdvertisements.isReady && peers.isReady
                && bfdProfiles.isReady && communities.isReady
        }
    }

    private var martlet = Sets()
    private var metalLB = Sets()

    package init() {}

    /// Whether everything that was there at the start is known, in both groups. A group that is not served has nothing, and
    /// is ready at once.
    package var isReady: Bool { martlet.isReady && metalLB.isReady }

    /// Takes in a change. Returns whether anything is not what it was; what Martlet itself wrote into a status is no change.
    package mutating func apply(_ change: ConfigurationChange, in group: Group) -> Bool {
        switch group {
        case .martlet: ConfigurationObjects.apply(change, group, &martlet)
        case .metalLB: ConfigurationObjects.apply(change, group, &metalLB)
        }
    }

    private static func apply(_ change: ConfigurationChange, _ group: Group, _ sets: inout Sets) -> Bool {
        let wasReady = sets.isReady
        func plain<Object: StatusBearing>(_ event: WatchEvent<Object>) -> WatchEvent<Object> {
            event.map { $0.withoutStatus(in: group) }
        }
        let name =
            switch change {
            case .pool(let event): sets.pools.apply(plain(event))
            case .layer2Advertisement(let event): sets.layer2Advertisements.apply(plain(event))
            case .bgpAdvertisement(let event): sets.bgpAdvertisements.apply(plain(event))
            case .peer(let event): sets.peers.apply(plain(event))
            case .bfdProfile(let event): sets.bfdProfiles.apply(plain(event))
            case .communities(let event): sets.communities.apply(plain(event))
            }
        return name != nil || sets.isReady != wasReady
    }

    /// All of them in order: by the time of creation, then by name; of equal ones that of martlet.dev first.
    package func fill(_ state: inout ClusterState) {
        func merged<Object: KubernetesObject>(_ path: KeyPath<Sets, ObjectSet<Object>>) -> [Object] {
            let (own, other) = (martlet[keyPath: path].inOrder, metalLB[keyPath: path].inOrder)
            guard !other.isEmpty else { return own }
            func key(_ object: Object) -> (String, NamespacedName) {
                (object.metadata.creationTimestamp ?? "", ObjectSet.name(of: object))
            }
            return (own + other).enumerated().sorted { a, b in
                let (first, second) = (key(a.element), key(b.element))
                return first != second ? first < second : a.offset < b.offset
            }.map(\.element)
        }
        state.pools = merged(\.pools)
        state.layer2Advertisements = merged(\.layer2Advertisements)
        state.bgpAdvertisements = merged(\.bgpAdvertisements)
        state.peers = merged(\.peers)
        state.bfdProfiles = merged(\.bfdProfiles)
        state.communities = merged(\.communities)
    }
}

/// An object whose status Martlet writes.
private protocol StatusBearing: ConfigurationObject, Hashable, Sendable {
    var apiVersion: String? { get set }
    var metadata: ObjectMeta { get set }
    mutating func clearStatus()
}

extension StatusBearing {
    /// The object as far as decisions depend on it: not its status, nor the marks that change with it.
    func withoutStatus(in group: ConfigurationObjects.Group) -> Self {
        var object = self
        object.clearStatus()
        // Items of a list come without it; the version does not matter.
        object.apiVersion = object.apiVersion ?? "\(group.rawValue)/v1beta1"
        object.metadata.resourceVersion = nil
        return object
    }
}

extension IPAddressPool: StatusBearing { mutating func clearStatus() { status = nil } }
extension L2Advertisement: StatusBearing { mutating func clearStatus() { status = nil } }
extension BGPAdvertisement: StatusBearing { mutating func clearStatus() { status = nil } }
extension BGPPeer: StatusBearing { mutating func clearStatus() { status = nil } }
extension BFDProfile: StatusBearing { mutating func clearStatus() { status = nil } }
extension CommunityList: StatusBearing { mutating func clearStatus() { status = nil } }
