import KubernetesModel

/// A resource of the API: where objects of one kind are, and how they are read.
package struct ResourceType<Object: KubernetesObject & Codable & Sendable>: Hashable, Sendable {
    /// Empty for the core group.
    package let group: String
    package let version: String
    /// As in paths: lower case, plural.
    package let plural: String
    package let isNamespaced: Bool

    package init(group: String, version: String, plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// What messages and metrics call it: the plural, with the group where Martlet has a kind of that name.
    package var name: String { group == "metallb.io" ? "\(plural).\(group)" : plural }

    /// `GROUP/VERSION`, or `VERSION` for the core group.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of one object, or without a name of all; without a namespace, those of all namespaces.
    /// Names are encoded: none can lead to another place.
    package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(APIRequest.encode(namespace))" }
        path += "/\(plural)"
        if let name { path += "/\(APIRequest.encode(name))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

extension ResourceType where Object == Service {
    package static var services: Self { Self(group: "", version: "v1", plural: "services") }
}

extension ResourceType where Object == Node {
    package static var nodes: Self { Self(group: "", version: "v1", plural: "nodes", isNamespaced: false) }
}

extension ResourceType where Object == Namespace {
    package static var namespaces: Self { Self(group: "", version: "v1", plural: "namespaces", isNamespaced: false) }
}

extension ResourceType where Object == Secret {
    package static var secrets: Self { Self(group: "", version: "v1", plural: "secrets") }
}

extension ResourceType where Object == EndpointSlice {
    package static var endpointSlices: Self {
        Self(group: "discovery.k8s.io", version: "v1", plural: "endpointslices")
    }
}

extension ResourceType where Object == Lease {
    package static var leases: Self { Self(group: "coordination.k8s.io", version: "v1", plural: "leases") }
}

extension ResourceType where Object == ObservedEvent {
    package static var events: Self { Self(group: "events.k8s.io", version: "v1", plural: "events") }
}

extension ResourceType where Object == SpeakerReport {
    package static var speakers: Self { Self(group: "martlet.dev", version: "v1beta1", plural: "speakers") }
}

extension ResourceType where Object: ConfigurationObject {
    /// One of Martlet's kinds, in either API group.
    package static func configuration(group: String, version: String = "v1beta1") -> Self {
        Self(group: group, version: version, plural: plural)
    }

    package static var plural: String { KindName.plural(of: Object.kind) }
}

/// A kind as in paths.
package enum KindName {
    /// As the API server makes it: lower case, plural.
    package static func plural(of kind: String) -> String {
        let lower = kind.lowercased()
        return lower.hasSuffix("y") ? lower.dropLast() + "ies" : lower + "s"
    }
}
