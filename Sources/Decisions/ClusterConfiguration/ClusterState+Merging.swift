import KubernetesModel

extension ClusterState {
    /// These objects laid over others, as `kubectl apply` does: one of the same kind, group and name is replaced, all others
    /// stay. What is replaced keeps its place in the order.
    package func applied(over base: ClusterState) -> ClusterState {
        var laying = Laying(own: self, result: base)
        ClusterState.visitKinds(&laying)
        var result = laying.result
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

private struct Laying: ClusterStateVisitor {
    let own: ClusterState
    var result: ClusterState

    mutating func visit<Object: KubernetesObject>(
        _ list: WritableKeyPath<ClusterState, [Object]>, apiVersion: String
    ) {
        func key(_ object: Object) -> GroupedReference {
            GroupedReference(
                isMetalLB: (object as? any ConfigurationObject)?.isMetalLB ?? false,
                reference: ObjectReference(object))
        }
        var places = Dictionary(
            result[keyPath: list].enumerated().map { (key($1), $0) }, uniquingKeysWith: { first, _ in first })
        for object in own[keyPath: list] {
            if let place = places[key(object)] {
                result[keyPath: list][place] = object
            } else {
                places[key(object)] = result[keyPath: list].count
                result[keyPath: list].append(object)
            }
        }
    }
}

/// Names one object also where both API groups have one of the name.
private struct GroupedReference: Hashable {
    var isMetalLB: Bool
    var reference: ObjectReference
}
