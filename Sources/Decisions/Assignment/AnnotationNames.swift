import ClusterConfiguration
import KubernetesModel

/// Finds annotations of a Service that were meant for an announcer and that nothing reads.
enum AnnotationNames {
    /// Annotations that announcing reads; under ``ServiceAnnotation/prefixes``' first alone.
    private static let announcing = ["announce-without-endpoints", "ignore", "interfaces"]

    /// The names that are read under a prefix.
    private static func names(under prefix: String) -> [String] {
        let own = ServiceAnnotation.allCases.map(\.rawValue)
        return switch prefix {
        case ServiceAnnotation.prefixes[0]: own + announcing
        case _ where ServiceAnnotation.prefixes.contains(prefix): own
        default:
            ServiceAnnotation.allCases.flatMap(\.aliases).filter { $0.hasPrefix(prefix) }
                .map { String($0.dropFirst(prefix.count)) }
        }
    }

    /// The prefix with its slash, if names under it are meant for an announcer whose annotations Martlet reads.
    private static func prefix(of key: String) -> String? {
        guard let slash = key.firstIndex(of: "/") else { return nil }
        let domain = String(key[..<slash])
        let prefix = domain + "/"
        // OpenELB, formerly Porter; other parts of KubeSphere have annotations of their own.
        let isOpenELB =
            domain == "lb.kubesphere.io" || domain.hasSuffix("openelb.kubesphere.io")
            || domain.hasSuffix("porter.kubesphere.io")
        return ServiceAnnotation.prefixes.contains(prefix) || prefix == "kube-vip.io/" || isOpenELB ? prefix : nil
    }

    /// What is said of the annotations and labels of a Service, in the order of their names.
    static func warnings(about metadata: ObjectMeta) -> [AssignmentWarning] {
        (metadata.annotations ?? [:]).keys.sorted().compactMap(unknown)
            + (metadata.labels ?? [:]).keys.sorted().compactMap(label)
    }

    private static func unknown(_ key: String) -> AssignmentWarning? {
        guard let prefix = prefix(of: key) else { return nil }
        let name = String(key.dropFirst(prefix.count))
        let known = names(under: prefix)
        guard !known.contains(name) else { return nil }
        // Under these prefixes a name was meant for us, so that a far one may be meant too.
        let meant = name.nearest(among: known, tolerance: max(2, name.utf8.count / 3))
        let remedy: String
        if let meant {
            remedy = "did you mean \(prefix)\(meant)?"
        } else if known.isEmpty {
            remedy =
                "Martlet's annotations are \(names(under: ServiceAnnotation.prefixes[0]).sorted().joined(separator: ", "))"
        } else {
            remedy = "known annotations are \(known.sorted().joined(separator: ", "))"
        }
        return AssignmentWarning(
            reason: "UnknownAnnotation", field: "metadata.annotations",
            message: "The annotation \(key.shortenedName) is unknown and has no effect: \(remedy)")
    }

    private static func label(_ key: String) -> AssignmentWarning? {
        guard let prefix = prefix(of: key), names(under: prefix).contains(String(key.dropFirst(prefix.count))) else {
            return nil
        }
        return AssignmentWarning(
            reason: "UnknownAnnotation", field: "metadata.labels",
            message: "The label \(key) has no effect: move it to metadata.annotations.")
    }
}

extension String {
    /// Kubernetes' names of annotations have 317 characters at most; a manifest may have any.
    fileprivate var shortenedName: String { count <= 100 ? self : prefix(97) + "..." }
}
