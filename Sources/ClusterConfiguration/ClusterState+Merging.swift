import KubernetesModel

extension ClusterState {
    /// These objects laid over others, as `kubectl apply` does: one of the same kind, group and name is replaced, all others
    /// stay. What is replaced keeps its place in the order.
    package func applied(over base: ClusterState) -> ClusterState {
        var result = base
        func lay<Object: KubernetesObject>(_ list: inout [Object], _ own: [Object], _ group: (Object) -> Bool) {
            func key(_ object: Object) -> GroupedReference {
                GroupedReference(isMetalLB: group(object), reference: ObjectReference(object))
            }
            var places = Dictionary(list.enumerated().map { (key($1), $0) }, uniquingKeysWith: { first, _ in first })
            for object in own {
                if let place = places[key(object)] {
                    list[place] = object
                } else {
                    places[key(object)] = list.count
                    list.append(object)
                }
            }
        }
        func none(_: some KubernetesObject) -> Bool { false }
        lay(&result.pools, pools) { $0.isMetalLB }
        lay(&result.layer2Advertisements, layer2Advertisements) { $0.isMetalLB }
        lay(&result.bgpAdvertisements, bgpAdvertisements) { $0.isMetalLB }
        lay(&result.peers, peers) { $0.isMetalLB }
        lay(&result.bfdProfiles, bfdProfiles) { $0.isMetalLB }
        lay(&result.communities, communities) { $0.isMetalLB }
        lay(&result.services, services, none)
        lay(&result.nodes, nodes, none)
        lay(&result.namespaces, namespaces, none)
        lay(&result.secrets, secrets, none)
        lay(&result.endpointSlices, endpointSlices, none)
        result.locations = locations
        result.leftOut = leftOut
        return result
    }

    /// These objects, and of the kinds that a cluster creates itself those of another state where there are none here: so
    /// a configuration alone can be tried against the Services and nodes that there are.
    package func completed(from other: ClusterState) -> ClusterState {
        var result = self
        if services.isEmpty { result.services = other.services }
        if nodes.isEmpty { result.nodes = other.nodes }
        if namespaces.isEmpty { result.namespaces = other.namespaces }
        if secrets.isEmpty {
            result.secrets = other.secrets
            result.secretsAreUnknown = other.secretsAreUnknown
        }
        if endpointSlices.isEmpty { result.endpointSlices = other.endpointSlices }
        return result
    }
}

/// Names one object also where both API groups have one of the name.
private struct GroupedReference: Hashable {
    var isMetalLB: Bool
    var reference: ObjectReference
}
