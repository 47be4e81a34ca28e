import KubernetesModel

/// Who comes first where two Services want the same: the lower rank, and of equal ranks the first by name.
package struct AssignmentOrder: Hashable, Sendable, Comparable {
    /// The position in the input; in a cluster, the time of creation.
    package let rank: Int64
    package let name: NamespacedName

    package init(rank: Int64, name: NamespacedName) {
        self.rank = rank
        self.name = name
    }

    package static func < (a: AssignmentOrder, b: AssignmentOrder) -> Bool {
        a.rank == b.rank ? a.name < b.name : a.rank < b.rank
    }
}
