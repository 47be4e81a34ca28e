import KubernetesModel

extension ClusterState {
    /// Brings back the last form of every object that is in the input but could not be understood this time, so that
    /// a slip in a manifest does not take away what works. They come after the objects of their kind.
    ///
    /// - Returns: the objects that were brought back, in order.
    @discardableResult
    package mutating func restoreLeftOut(from previous: ClusterState) -> [ObjectReference] {
        guard !leftOut.isEmpty else { return [] }
        var restoring = Restoring(previous: previous, state: self)
        ClusterState.visitKinds(&restoring)
        self = restoring.state
        return restoring.restored.sorted()
    }
}

private struct Restoring: ClusterStateVisitor {
    let previous: ClusterState
    var state: ClusterState
    var restored: Set<ObjectReference> = []

    mutating func visit<Object: KubernetesObject>(
        _ list: WritableKeyPath<ClusterState, [Object]>, apiVersion: String
    ) {
        for object in previous[keyPath: list] where state.leftOut.contains(ObjectReference(object)) {
            state[keyPath: list].append(object)
            restored.insert(ObjectReference(object))
        }
    }
}
