import KubernetesModel

extension ClusterState {
    /// Brings back the last form of every object that is in the input but could not be understood this time, so that
    /// a slip in a manifest does not take away what works. They come after the objects of their kind.
    ///
    /// - Returns: the objects that were brought back, in order.
    @discardableResult
    package mutating func restoreLeftOut(from previous: ClusterState) -> [ObjectReference] {
        var restored: Set<ObjectReference> = []
        func restore<Object: KubernetesObject>(_ list: inout [Object], from old: [Object]) {
            for object in old where leftOut.contains(ObjectReference(object)) {
                list.append(object)
                restored.insert(ObjectReference(object))
            }
        }
        restore(&pools, from: previous.pools)
        restore(&layer2Advertisements, from: previous.layer2Advertisements)
        restore(&bgpAdvertisements, from: previous.bgpAdvertisements)
        restore(&peers, from: previous.peers)
        restore(&bfdProfiles, from: previous.bfdProfiles)
        restore(&communities, from: previous.communities)
        restore(&services, from: previous.services)
        restore(&nodes, from: previous.nodes)
        restore(&namespaces, from: previous.namespaces)
        restore(&secrets, from: previous.secrets)
        restore(&endpointSlices, from: previous.endpointSlices)
        return restored.sorted()
    }
}
