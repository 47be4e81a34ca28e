import Addresses
import ClusterConfiguration
import KubernetesModel

/// What a Service asks for: everything about it that bears on its addresses.
struct Demand: Hashable, Sendable {
    /// A request that contradicts itself or cannot be read.
    struct Fault: Hashable, Sendable {
        let reason: AssignmentReason
        let message: String
        /// Whether the Service says plainly enough what it wants for what it has to be wrong.
        let condemnsHoldings: Bool
    }

    var name: NamespacedName
    var namespace: String
    var labels: [String: String]
    /// IPv4 first. Never empty.
    var families: [AddressFamily]
    /// Whether a new Service gets addresses of all the families or none (`RequireDualStack`).
    var needsAllFamilies: Bool
    /// At most one of each family, IPv4 first.
    var requested: [IPAddress] = []
    var requestedPool: String?
    var sharing: SharingOffer?
    /// Sorted, without repetition.
    var ports: [PortClaim]
    var fault: Fault?
    var warnings: [AssignmentWarning] = []

    init(_ service: Service) {
        let spec = service.spec ?? ServiceSpec()
        name = service.name
        namespace = service.name.namespace ?? "default"
        labels = service.metadata.labels ?? [:]
        ports = Set((spec.ports ?? []).map(PortClaim.init)).sorted()
        (families, needsAllFamilies, fault) = Demand.families(of: spec)
        readAnnotations(of: service, spec)
    }

    func requested(of family: AddressFamily) -> IPAddress? { requested.first { $0.family == family } }
}

// MARK: - Families
extension Demand {
    /// Which families the Service wants, and whether it wants them all, as Kubernetes defines it.
    ///
    /// The cluster's addresses decide; where there are none, as in a manifest, what the API server would have made of
    /// `ipFamilies` and `ipFamilyPolicy`.
    private static func families(of spec: ServiceSpec) -> ([AddressFamily], Bool, Fault?) {
        func invalid(_ message: String) -> ([AddressFamily], Bool, Fault?) {
            ([.ipv4], false, Fault(reason: .requestInvalid, message: message, condemnsHoldings: false))
        }
        var clusterFamilies: [AddressFamily] = []
        for text in spec.clusterIPs ?? [spec.clusterIP].compactMap({ $0 }) where text != "None" && !text.isEmpty {
            guard let address = try? IPAddress(text) else {
                return invalid("The cluster address \"\(text)\" is not an address.")
            }
            if !clusterFamilies.contains(address.family) { clusterFamilies.append(address.family) }
        }
        var named: [AddressFamily] = []
        for text in spec.ipFamilies ?? [] {
            guard let family = AddressFamily(rawValue: text) else {
                return invalid("spec.ipFamilies names \"\(text)\": write IPv4 or IPv6.")
            }
            if !named.contains(family) { named.append(family) }
        }
        let known = clusterFamilies.isEmpty ? named : clusterFamilies
        let primary = known.first ?? .ipv4
        switch spec.ipFamilyPolicy {
        case nil, "":
            // As the API server does: two families given, and no policy, means that both are required.
            return known.count == 2 ? (AddressFamily.allCases, true, nil) : ([primary], false, nil)
        case "SingleStack":
            return ([primary], false, nil)
        case "PreferDualStack":
            // The API server gave one cluster address because the cluster has one family.
            return (clusterFamilies.count == 1 ? [primary] : AddressFamily.allCases, false, nil)
        case "RequireDualStack":
            guard clusterFamilies.count != 1 else {
                let message =
                    "The Service requires two families, but its only cluster address is \(primary)."
                return ([primary], false, Fault(reason: .familyMismatch, message: message, condemnsHoldings: false))
            }
            return (AddressFamily.allCases, true, nil)
        case let policy?:
            return invalid(
                "spec.ipFamilyPolicy is \"\(policy)\": write SingleStack, PreferDualStack or RequireDualStack.")
        }
    }
}

// MARK: - Annotations
extension Demand {
    private mutating func readAnnotations(of service: Service, _ spec: ServiceSpec) {
        let annotations = service.metadata.annotations
        warnings += AnnotationNames.warnings(about: service.metadata)
        func read(_ annotation: ServiceAnnotation) -> (key: String, value: String)? {
            guard let found = annotation.value(in: annotations) else { return nil }
            if found.key.hasPrefix(ServiceAnnotation.legacyPrefix) { warnings.append(.legacyAnnotation(annotation)) }
            if annotation.aliases.contains(found.key) { warnings.append(.alias(found.key, of: annotation)) }
            return found.value.isEmpty ? nil : found
        }
        requestedPool = read(.addressPool)?.value
        sharing = read(.allowSharedIP).map { found in
            let isLocal = spec.externalTrafficPolicy == "Local"
            return SharingOffer(
                key: found.value,
                backends: isLocal ? .init(namespace: namespace, selector: spec.selector ?? [:]) : nil)
        }
        for annotation in ServiceSwitch.allCases {
            guard let value = annotations?[annotation.key], value != "true", value != "false" else { continue }
            warnings.append(.switchValue(annotation, value))
        }
        let list = read(.loadBalancerIPs)
        let single = spec.loadBalancerIP.flatMap { $0.isEmpty ? nil : $0 }
        if let list, single != nil {
            setFault(
                .requestInvalid, "Both spec.loadBalancerIP and the annotation \(list.key) request addresses: use one.")
        } else if let list {
            readRequest(
                list.value.split(separator: ",", omittingEmptySubsequences: false), from: "the annotation \(list.key)")
        } else if let single {
            readRequest([single[...]], from: "spec.loadBalancerIP")
        }
    }

    private mutating func readRequest(_ texts: [Substring], from source: String) {
        var addresses: [IPAddress] = []
        for text in texts {
            do {
                let address = try IPAddress(text.trimmed).unmapped
                guard !addresses.contains(where: { $0.family == address.family }) else {
                    return setFault(
                        .requestInvalid,
                        "More than one \(address.family) address in \(source): request one of each family.")
                }
                addresses.append(address)
            } catch {
                return setFault(.requestInvalid, "In \(source), \(error).")
            }
        }
        if let stranger = addresses.first(where: { !families.contains($0.family) }) {
            let wanted = families.map(\.description).joined(separator: " and ")
            setFault(
                .familyMismatch,
                "The Service uses \(wanted), but \(source) requests \(stranger), which is \(stranger.family).",
                condemnsHoldings: true)
        }
        requested = addresses.sorted()
    }

    /// Of several faults the first is reported.
    private mutating func setFault(_ reason: AssignmentReason, _ message: String, condemnsHoldings: Bool = false) {
        if fault == nil { fault = Fault(reason: reason, message: message, condemnsHoldings: condemnsHoldings) }
    }
}
