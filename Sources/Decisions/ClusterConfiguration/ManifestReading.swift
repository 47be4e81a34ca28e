import KubernetesModel

/// What the manifests say, and what is wrong with them.
package struct ManifestReading: Hashable, Sendable {
    /// The objects that could be understood.
    package var state = ClusterState()
    /// In the order of the input.
    package var problems: [Problem] = []
    /// Files, directories and paths of which all or a part could not be read: missing, not permitted, not YAML, or
    /// with an object that does not say what it is.
    ///
    /// While there are any, it is not known which objects there are. A long-running process keeps what it had.
    package var unreadable: [String] = []

    /// Whether every file was read to its end, so that an object that is absent was indeed removed.
    package var isComplete: Bool { unreadable.isEmpty }

    /// The places of Services in the order of the input, where whoever reads keeps them over readings: so one more Service
    /// moves no other. Else the place in ``state`` counts.
    package var serviceRanks: [NamespacedName: Int64] = [:]

    package init() {}
}
