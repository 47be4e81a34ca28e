import KubernetesModel

/// Does the same with the objects of every kind of a ``ClusterState``.
///
/// A new kind is a line in ``ClusterState/visitKinds(_:)``, and if it is Martlet's, one in
/// ``ConfigurationChange/visitKinds(_:)``.
package protocol ClusterStateVisitor {
    associatedtype Failure: Error = Never

    /// - Parameter apiVersion: of objects that do not say it themselves.
    mutating func visit<Object: KubernetesObject & Codable & Hashable & Sendable>(
        _ list: WritableKeyPath<ClusterState, [Object]>, apiVersion: String
    ) throws(Failure)
}

extension ClusterState {
    /// Visits every kind, in the order in which decisions are made from them.
    package static func visitKinds<Visitor: ClusterStateVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.visit(\.pools, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.layer2Advertisements, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.bgpAdvertisements, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.peers, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.bfdProfiles, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.communities, apiVersion: "martlet.dev/v1beta1")
        try visitor.visit(\.namespaces, apiVersion: "v1")
        try visitor.visit(\.nodes, apiVersion: "v1")
        try visitor.visit(\.secrets, apiVersion: "v1")
        try visitor.visit(\.services, apiVersion: "v1")
        try visitor.visit(\.endpointSlices, apiVersion: "discovery.k8s.io/v1")
    }
}

/// Does the same with every kind of Martlet's objects.
package protocol ConfigurationKindVisitor {
    /// - Parameter change: what is told of an object of the kind.
    mutating func visit<Object: ConfigurationObject & Codable & Sendable>(
        _ kind: Object.Type, _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange)
}

extension ConfigurationChange {
    /// Visits every kind of Martlet's objects.
    package static func visitKinds(_ visitor: inout some ConfigurationKindVisitor) {
        visitor.visit(IPAddressPool.self) { .pool($0) }
        visitor.visit(L2Advertisement.self) { .layer2Advertisement($0) }
        visitor.visit(BGPAdvertisement.self) { .bgpAdvertisement($0) }
        visitor.visit(BGPPeer.self) { .peer($0) }
        visitor.visit(BFDProfile.self) { .bfdProfile($0) }
        visitor.visit(CommunityList.self) { .communities($0) }
    }
}
