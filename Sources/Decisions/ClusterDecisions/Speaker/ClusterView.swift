import Addresses
import Announcement
import ClusterConfiguration
import KubernetesModel
import NodeDecisions

/// What a speaker knows of a cluster, and what of it its announcing depends on.
///
/// A value: give it what the watches reported, and it answers with the differences for the speaker. Until all of its view is
/// complete it answers with nothing; or, if it is given what was known before a restart, with that. A Service's event costs
/// the work for that Service; an edit of the configuration looks at every Service once.
package struct ClusterView: Sendable {
    package enum Event: Sendable {
        case configuration(ConfigurationChange, ConfigurationObjects.Group)
        case service(WatchEvent<Service>)
        case endpointSlice(WatchEvent<EndpointSlice>)
        case node(WatchEvent<Node>)
        case secret(WatchEvent<Secret>)
        /// The slices of one Service, which were asked for.
        case fetched(NamespacedName, [EndpointSlice])
        /// The API server was not there in time: this is what was known before the restart.
        case restored(SavedCluster)
    }

    package struct Outcome: Sendable {
        package var update = SpeakerUpdate()
        /// Services whose slices are to be asked for: they were passed over before the Service was of interest.
        package var fetches: [NamespacedName] = []
        /// Whether what is to be kept for a restart is not what it was.
        package var mustSave = false
    }

    /// The namespace that Secrets are read from where a BGPPeer names none.
    package let namespace: String
    package let loadBalancerClass: String?
    package private(set) var configuration = Configuration()
    package private(set) var problems: [Problem] = []
    /// Whether everything has been seen.
    package private(set) var isComplete = false
    /// Whether what is announced is what was known before the restart.
    package private(set) var isRestored = false

    private var objects = ConfigurationObjects()
    private var services = ObjectSet<Service>()
    private var nodes = ObjectSet<Node>()
    private var secrets = ObjectSet<Secret>()
    private var endpoints = EndpointIndex()
    /// Whether every slice that existed when the watch started has been reported.
    private var slicesAreReady = false
    /// Services of no interest that have slices, by their hash: many, of which nothing else need be known.
    private var passedOver: Set<Int> = []
    /// Services whose slices were asked for, and slices that went while any were: an answer may still have them.
    private var asked: Set<NamespacedName> = []
    private var goneMeanwhile: Set<NamespacedName> = []
    private var pools = RangeIndex()
    /// What was known before the restart, as long as nothing better is.
    private var restoredServices: [NamespacedName: Service] = [:]
    private var restoredEndpoints = EndpointIndex()
    /// What the speaker got last.
    private var announced: [NamespacedName: AnnouncedService] = [:]

    package init(namespace: String, loadBalancerClass: String? = nil) {
        self.namespace = namespace
        self.loadBalancerClass = loadBalancerClass
    }

    /// The Secrets that peers and BFD profiles name, by namespace and name.
    package var wantedSecrets: Set<NamespacedName> {
        var state = ClusterState()
        objects.fill(&state)
        let peers = state.peers.compactMap { place(of: $0.spec?.passwordSecret, in: $0.metadata) }
        let profiles = state.bfdProfiles.compactMap { place(of: $0.spec?.authentication?.secret, in: $0.metadata) }
        return Set(peers + profiles)
    }

    /// The Secret that an object names; by default it is in the object's namespace.
    private func place(of secret: SecretReference?, in metadata: ObjectMeta) -> NamespacedName? {
        guard let secret, let name = secret.name, !name.isEmpty else { return nil }
        let given = secret.namespace.flatMap { $0.isEmpty ? nil : $0 }
        return NamespacedName(namespace: given ?? metadata.namespace ?? namespace, name: name)
    }

    package mutating func handle(_ event: Event) -> Outcome {
        var outcome = Outcome()
        var touched: Set<NamespacedName> = []
        var isReconfigured = false
        switch event {
        case .configuration(let change, let group): isReconfigured = objects.apply(change, in: group)
        case .secret(let event): isReconfigured = secrets.apply(event.map(\.reduced)) != nil
        case .service(let event): receive(event, &touched, &outcome)
        case .endpointSlice(let event): receive(event, &touched)
        case .fetched(let name, let found): receive(found, of: name, &touched)
        case .node(let event):
            guard nodes.apply(event.map(\.reduced)) != nil else { break }
            outcome.mustSave = isComplete
            if isComplete { outcome.update.nodes = nodes.inOrder }
        case .restored(let saved): if !isComplete { restore(saved, &outcome) }
        }
        if !isComplete, begin(&outcome) { return outcome }
        guard isComplete else { return outcome }
        if isReconfigured {
            outcome.mustSave = true
            reconfigure(&outcome)
        }
        for name in touched.sorted() { announce(name, &outcome) }
        if !touched.isEmpty { outcome.mustSave = true }
        return outcome
    }

    /// What is to be kept for a restart.
    package var saved: SavedCluster {
        var state = ClusterState()
        objects.fill(&state)
        state.services = services.inOrder
        state.nodes = nodes.inOrder
        state.secrets = secrets.inOrder
        state.endpointSlices = endpoints.slices
        return SavedCluster(state)
    }

    /// A Service's endpoints, for an explanation.
    package func endpoints(of service: NamespacedName) -> ServiceEndpoints? {
        endpoints[service] ?? restoredEndpoints[service]
    }

    /// Whether all Nodes have been seen.
    package var hasNodes: Bool { nodes.isReady }

    package func node(named name: String) -> Node? { nodes[NamespacedName(namespace: nil, name: name)] }

    package subscript(service: NamespacedName) -> Service? { services[service] ?? restoredServices[service] }

    /// The Services that are Martlet's, with or without an address, sorted by name.
    package var ownServices: [Service] {
        let all = isRestored ? Array(restoredServices.values) : services.inOrder
        return all.filter(isOwn).sorted { $0.name < $1.name }
    }

    /// Whether a Service is Martlet's.
    package func isOwn(_ service: Service) -> Bool {
        service.isServed(byClass: loadBalancerClass)
    }

    /// The addresses that a Service says it has, as far as they are of a pool, in order.
    package func addresses(of service: Service) -> [AnnouncedService.Address] {
        let stated = (service.status?.loadBalancer?.ingress ?? []).compactMap { ingress in
            ingress.ip.flatMap { try? IPAddress($0) }
        }
        return Set(stated).sorted().compactMap { address in
            pools.overlapping(IPRange(address)).map { AnnouncedService.Address(address, pool: $0.owner) }
        }
    }
}

// MARK: - What was reported
extension ClusterView {
    private mutating func receive(
        _ event: WatchEvent<Service>, _ touched: inout Set<NamespacedName>, _ outcome: inout Outcome
    ) {
        guard let name = services.apply(event.map(\.reduced)) else { return }
        touched.insert(name)
        // Slices of the Service may have come when it was of no interest.
        if case .deleted = event {
            // They stay where only the Service's type has changed, and no watch reports them again.
            if endpoints.removeAll(of: name) { passedOver.insert(name.hashValue) }
        } else if passedOver.contains(name.hashValue), asked.insert(name).inserted {
            outcome.fetches.append(name)
        }
    }

    private mutating func receive(_ event: WatchEvent<EndpointSlice>, _ touched: inout Set<NamespacedName>) {
        switch event {
        case .ready: slicesAreReady = true
        case .initial(let slice), .applied(let slice):
            guard let service = slice.serviceName, services[service] != nil else {
                if let service = slice.serviceName { passedOver.insert(service.hashValue) }
                // It may have been another Service's.
                touched.formUnion(endpoints.remove(EndpointIndex.key(slice)))
                return
            }
            touched.formUnion(endpoints.apply(slice))
        case .deleted(let name):
            if !asked.isEmpty { goneMeanwhile.insert(name) }
            touched.formUnion(endpoints.remove(name))
        }
    }

    /// Takes in the slices of a Service that were asked for. What the watch has reported since is newer.
    private mutating func receive(
        _ slices: [EndpointSlice], of service: NamespacedName, _ touched: inout Set<NamespacedName>
    ) {
        passedOver.remove(service.hashValue)
        for slice in slices {
            let name = EndpointIndex.key(slice)
            guard !endpoints.contains(name), !goneMeanwhile.contains(name) else { continue }
            receive(.applied(slice), &touched)
        }
        asked.remove(service)
        if asked.isEmpty { goneMeanwhile = [] }
    }

    /// Begins, once all is known. Services that are announced from before the restart, and are gone, are withdrawn.
    private mutating func begin(_ outcome: inout Outcome) -> Bool {
        guard objects.isReady, services.isReady, nodes.isReady, slicesAreReady else { return false }
        // Passwords that are on their way: a session without its password would fail, and be reported.
        guard wantedSecrets.isEmpty || secrets.isReady else { return false }
        isComplete = true
        isRestored = false
        restoredServices = [:]
        restoredEndpoints = EndpointIndex()
        outcome.mustSave = true
        outcome.update.nodes = nodes.inOrder
        makeConfiguration()
        outcome.update.configuration = configuration
        for service in services.inOrder { announce(service.name, &outcome) }
        for name in announced.keys.sorted() where services[name] == nil { announce(name, &outcome) }
        return true
    }

    private mutating func restore(_ saved: SavedCluster, _ outcome: inout Outcome) {
        isRestored = true
        let state = saved.state
        let made = Configuration.make(from: state)
        configuration = made.configuration
        problems = made.problems
        indexPools()
        outcome.update.configuration = configuration
        outcome.update.nodes = state.nodes
        restoredEndpoints = EndpointIndex(state.endpointSlices)
        for service in state.services {
            restoredServices[service.name] = service
            guard let service = announcement(of: service, restoredEndpoints) else { continue }
            announced[service.name] = service
            outcome.update.services.append(service)
        }
    }
}

// MARK: - What follows
extension ClusterView {
    private mutating func reconfigure(_ outcome: inout Outcome) {
        let former = configuration
        // A Secret that no object names is not kept.
        let wanted = wantedSecrets
        for secret in secrets.inOrder where !wanted.contains(ObjectSet.name(of: secret)) {
            secrets.apply(.deleted(ObjectSet.name(of: secret)))
        }
        makeConfiguration()
        guard configuration != former else { return }
        outcome.update.configuration = configuration
        guard configuration.pools != former.pools else { return }
        for service in services.inOrder { announce(service.name, &outcome) }
    }

    private mutating func makeConfiguration() {
        var state = ClusterState()
        objects.fill(&state)
        state.secrets = secrets.inOrder
        let made = Configuration.make(from: state, keeping: configuration)
        configuration = made.configuration
        problems = made.problems
        indexPools()
    }

    private mutating func indexPools() {
        pools = RangeIndex()
        for pool in configuration.pools { pools.insert(pool.ranges, owner: pool.name) }
    }

    /// Tells the speaker of a Service if that is news.
    private mutating func announce(_ name: NamespacedName, _ outcome: inout Outcome) {
        let service = services[name].flatMap { announcement(of: $0, endpoints) }
        guard service != announced[name] else { return }
        announced[name] = service
        if let service { outcome.update.services.append(service) } else { outcome.update.removed.append(name) }
    }

    /// What is to be announced of a Service; `nil` if it is not Martlet's, or has no address of a pool.
    private func announcement(of service: Service, _ endpoints: EndpointIndex) -> AnnouncedService? {
        guard isOwn(service) else { return nil }
        return AnnouncedService(service, addresses: addresses(of: service), endpoints: endpoints)
    }
}
