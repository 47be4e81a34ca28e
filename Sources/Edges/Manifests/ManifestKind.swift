import ClusterConfiguration
import KubernetesModel

/// A kind of object that is read, and where it goes.
struct ManifestKind {
    /// What becomes of an object.
    enum Verdict {
        case known(ManifestKind)
        /// An error: it was meant for Martlet, but is not understood.
        case refused(String)
        /// A warning: it was probably meant for Martlet.
        case suspect(String)
        /// A note.
        case ignored(String)
    }

    let read: (inout ManifestReader, ManifestNode, TypeMeta, SourceLocation) -> Void

    /// - Parameter check: finds values that the API server would reject.
    private init<Object: KubernetesObject & Decodable & Sendable>(
        _ list: any WritableKeyPath<ClusterState, [Object]> & Sendable, _ shape: ObjectShape,
        check: @escaping (Object) -> [ValueFinding] = { _ in [] }
    ) {
        read = { reader, node, type, location in
            reader.add(node, type, at: location, shape: shape, check: check, to: list)
        }
    }

    // MARK: - Which kind

    static func find(_ type: TypeMeta, _ node: ManifestNode) -> Verdict {
        switch type.version.group {
        case APIVersion.martlet, APIVersion.metalLB: findOurs(type)
        case "" where type.version.version == "v1": findCore(type, node)
        case "discovery.k8s.io": findDiscovery(type)
        default: findForeign(type)
        }
    }

    private static let ourKinds = [
        "BFDProfile", "BGPAdvertisement", "BGPPeer", "Community", "IPAddressPool", "L2Advertisement",
    ]

    /// Kinds of metallb.io that say what MetalLB does, not what anybody wants.
    private static let statusKinds: Set<String> = ["ConfigurationState", "ServiceBGPStatus", "ServiceL2Status"]

    /// The versions in which a kind is read.
    private static func versions(of kind: String, group: String) -> [String] {
        guard group == APIVersion.metalLB, kind == "BGPPeer" else { return ["v1beta1"] }
        return ["v1beta2", "v1beta1"]
    }

    private static func findOurs(_ type: TypeMeta) -> Verdict {
        let group = type.version.group
        guard let kind = makeOurs(type.kind) else {
            if group == APIVersion.metalLB, statusKinds.contains(type.kind) {
                return .ignored("\(type.kind) is MetalLB's own status and is not read")
            }
            if group == APIVersion.metalLB, type.kind == "AddressPool" {
                return .refused(
                    "AddressPool is a kind of MetalLB before 0.13: write an IPAddressPool with the same addresses, and "
                        + "an L2Advertisement or BGPAdvertisement in place of \"protocol\"")
            }
            guard let meant = type.kind.likelyMeant(among: ourKinds) else {
                return .ignored("the kind \(type.kind.shortened) of \(type.version) is unknown and ignored")
            }
            return .suspect("the kind \(type.kind.shortened) is unknown and ignored: did you mean \(meant)?")
        }
        let versions = versions(of: type.kind, group: group)
        guard versions.contains(type.version.version) else {
            let supported = versions.map { "\(group)/\($0)" }.joined(separator: " or ")
            return .refused(
                "apiVersion \(type.version.description.shortened) of \(type.kind) is not known: write \(supported)")
        }
        return .known(kind)
    }

    private static func makeOurs(_ kind: String) -> ManifestKind? {
        switch kind {
        case "IPAddressPool": ManifestKind(\.pools, .ours)
        case "L2Advertisement": ManifestKind(\.layer2Advertisements, .ours)
        case "BGPAdvertisement": ManifestKind(\.bgpAdvertisements, .ours)
        case "BGPPeer": ManifestKind(\.peers, .ours)
        case "BFDProfile": ManifestKind(\.bfdProfiles, .ours)
        case "Community": ManifestKind(\.communities, .ours)
        default: nil
        }
    }

    private static func findCore(_ type: TypeMeta, _ node: ManifestNode) -> Verdict {
        switch type.kind {
        case "Service": .known(ManifestKind(\.services, .service) { ServiceValues.findings(in: $0) })
        case "ConfigMap": OldConfigMap(node).map { Verdict.refused($0.remedy) } ?? findForeign(type)
        case "Node": .known(ManifestKind(\.nodes, .node))
        case "Namespace": .known(ManifestKind(\.namespaces, .namespace))
        case "Secret": .known(ManifestKind(\.secrets, .secret))
        case "Endpoints": .ignored("Endpoints objects are not read: EndpointSlice objects have the same data")
        default: findForeign(type)
        }
    }

    private static func findDiscovery(_ type: TypeMeta) -> Verdict {
        guard type.kind == "EndpointSlice" else { return findForeign(type) }
        guard type.version.version == "v1" else {
            return .refused(
                "apiVersion \(type.version.description.shortened) of EndpointSlice is not known: "
                    + "write discovery.k8s.io/v1"
            )
        }
        return .known(ManifestKind(\.endpointSlices, .endpointSlice))
    }

    /// An object that is not Martlet's, or one of ours under a misspelt group or kind.
    private static func findForeign(_ type: TypeMeta) -> Verdict {
        let version = type.version.description.shortened
        if let group = type.version.group.likelyMeant(among: [APIVersion.martlet, APIVersion.metalLB]),
            ourKinds.contains(type.kind)
        {
            return .suspect("apiVersion \(version) is unknown, the object is ignored: did you mean \(group)?")
        }
        let coreKinds = ["Service", "Node", "Namespace", "Secret"]
        if coreKinds.contains(type.kind), !["serving.knative.dev"].contains(type.version.group) {
            if type.version.group.isEmpty {
                return .refused("apiVersion \(version) of \(type.kind) is unknown: write v1")
            }
        } else if type.version.description == "v1", let meant = type.kind.likelyMeant(among: coreKinds) {
            return .suspect("the kind \(type.kind.shortened) is unknown and ignored: did you mean \(meant)?")
        }
        return .ignored("the kind \(type.kind.shortened) of \(version) does not concern Martlet and is ignored")
    }
}
