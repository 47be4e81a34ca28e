import KubernetesModel

/// A Service, and its place in the order in which Services are served: the lowest first.
package struct RankedService: Hashable, Sendable {
    package var service: Service
    package var rank: Int64

    package init(_ service: Service, rank: Int64) {
        self.service = service
        self.rank = rank
    }
}
