import Announcement
import ClusterConfiguration
import ClusterDecisions
import KubernetesModel

/// ``NamespacedName`` as it is written.
struct StoredName: Codable, Hashable, Sendable {
    var namespace: String?
    var name: String

    init(_ name: NamespacedName) {
        namespace = name.namespace
        self.name = name.name
    }

    var value: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}

/// ``WatchEvent`` as it is written.
enum StoredChange<Object: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    case initial(Object)
    case ready
    case applied(Object)
    case deleted(StoredName)

    init(_ event: WatchEvent<Object>) {
        self =
            switch event {
            case .initial(let object): .initial(object)
            case .ready: .ready
            case .applied(let object): .applied(object)
            case .deleted(let name): .deleted(StoredName(name))
            }
    }

    var event: WatchEvent<Object> {
        switch self {
        case .initial(let object): .initial(object)
        case .ready: .ready
        case .applied(let object): .applied(object)
        case .deleted(let name): .deleted(name.value)
        }
    }
}

/// What a watch told a core, as it is written.
enum StoredWatch: Codable, Hashable, Sendable {
    case pool(StoredChange<IPAddressPool>, String)
    case layer2Advertisement(StoredChange<L2Advertisement>, String)
    case bgpAdvertisement(StoredChange<BGPAdvertisement>, String)
    case peer(StoredChange<BGPPeer>, String)
    case bfdProfile(StoredChange<BFDProfile>, String)
    case communities(StoredChange<CommunityList>, String)
    case service(StoredChange<Service>)
    case endpointSlice(StoredChange<EndpointSlice>)
    case node(StoredChange<Node>)
    case namespace(StoredChange<Namespace>)
    case secret(StoredChange<Secret>)

    init(_ change: ConfigurationChange, _ group: ConfigurationObjects.Group, _ names: inout SecretNames) {
        self =
            switch change {
            case .pool(let event): .pool(names.stored(event, \.metadata), group.rawValue)
            case .layer2Advertisement(let event):
                .layer2Advertisement(names.stored(event, \.metadata), group.rawValue)
            case .bgpAdvertisement(let event): .bgpAdvertisement(names.stored(event, \.metadata), group.rawValue)
            case .peer(let event): .peer(names.stored(event, \.metadata), group.rawValue)
            case .bfdProfile(let event): .bfdProfile(names.stored(event, \.metadata), group.rawValue)
            case .communities(let event): .communities(names.stored(event, \.metadata), group.rawValue)
            }
    }

    /// What was told of an object of Martlet's kinds; `nil`: it was of another.
    func configuration() throws -> (ConfigurationChange, ConfigurationObjects.Group)? {
        func told(_ change: ConfigurationChange, _ group: String) throws -> (
            ConfigurationChange, ConfigurationObjects.Group
        ) {
            guard let group = ConfigurationObjects.Group(rawValue: group) else {
                throw RecordingError("there is no API group \(group)", offset: 0)
            }
            return (change, group)
        }
        return switch self {
        case .pool(let change, let group): try told(.pool(change.event), group)
        case .layer2Advertisement(let change, let group): try told(.layer2Advertisement(change.event), group)
        case .bgpAdvertisement(let change, let group): try told(.bgpAdvertisement(change.event), group)
        case .peer(let change, let group): try told(.peer(change.event), group)
        case .bfdProfile(let change, let group): try told(.bfdProfile(change.event), group)
        case .communities(let change, let group): try told(.communities(change.event), group)
        case .service, .endpointSlice, .node, .namespace, .secret: nil
        }
    }
}

extension SecretNames {
    /// The event without secrets.
    mutating func stored<Object: Codable & Hashable & Sendable>(
        _ event: WatchEvent<Object>, _ metadata: WritableKeyPath<Object, ObjectMeta>
    ) -> StoredChange<Object> {
        switch event {
        case .initial(let object): .initial(redacted(object, metadata))
        case .applied(let object): .applied(redacted(object, metadata))
        case .ready, .deleted: StoredChange(event)
        }
    }

    /// The object without secrets.
    mutating func redacted<Object>(_ object: Object, _ metadata: WritableKeyPath<Object, ObjectMeta>) -> Object {
        var object = object
        object[keyPath: metadata].annotations?[SecretNames.lastApplied] = nil
        if let peer = object as? BGPPeer { object = redacted(peer) as? Object ?? object }
        if let secret = object as? Secret { object = redacted(secret) as? Object ?? object }
        return object
    }
}
