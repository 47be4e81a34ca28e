import KubernetesModel

// One for each thing that can be asked for.
extension APIRequest {
    /// Which objects of a resource.
    package struct Scope: Hashable, Sendable {
        /// `nil`: those of all namespaces.
        package var namespace: String?
        package var labelSelector: String?
        package var fieldSelector: String?

        package init(namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil) {
            self.namespace = namespace
            self.labelSelector = labelSelector
            self.fieldSelector = fieldSelector
        }

        var query: [Parameter] {
            [
                labelSelector.map { Parameter("labelSelector", $0) },
                fieldSelector.map { Parameter("fieldSelector", $0) },
            ]
            .compactMap { $0 }
        }
    }

    /// How the body of a patch is to be understood.
    package enum Patch: String, Hashable, Sendable {
        /// RFC 7386.
        case merge = "application/merge-patch+json"
        /// Server-side apply.
        case apply = "application/apply-patch+yaml"
    }

    package static func get<Object>(_ type: ResourceType<Object>, _ name: NamespacedName) -> APIRequest {
        APIRequest(
            .get, verb: "get", resource: type.plural, path: type.path(namespace: name.namespace, name: name.name))
    }

    /// A page of objects; without `limit` all of them in one answer.
    ///
    /// Without `resourceVersion`, hence without `resourceVersionMatch`, the API server answers with the newest that there
    /// is: a list never leads back in time, with any of several servers.
    package static func list<Object>(
        _ type: ResourceType<Object>, _ scope: Scope, limit: Int?, continuing token: String? = nil
    ) -> APIRequest {
        var query = scope.query
        if let limit { query.append(Parameter("limit", "\(limit)")) }
        if let token { query.append(Parameter("continue", token)) }
        return APIRequest(
            .get, verb: "list", resource: type.plural, path: type.path(namespace: scope.namespace), query: query)
    }

    package static func watch<Object>(
        _ type: ResourceType<Object>, _ scope: Scope, from resourceVersion: String, seconds: Int
    ) -> APIRequest {
        APIRequest(
            .get, verb: "watch", resource: type.plural, path: type.path(namespace: scope.namespace),
            query: scope.query + [
                Parameter("watch", "true"), Parameter("allowWatchBookmarks", "true"),
                Parameter("resourceVersion", resourceVersion), Parameter("timeoutSeconds", "\(seconds)"),
            ])
    }

    package static func create<Object>(
        _ type: ResourceType<Object>, in namespace: String?, body: [UInt8]
    ) -> APIRequest {
        APIRequest(
            .post, verb: "create", resource: type.plural, path: type.path(namespace: namespace),
            contentType: "application/json", body: body)
    }

    package static func replace<Object>(
        _ type: ResourceType<Object>, _ name: NamespacedName, body: [UInt8]
    ) -> APIRequest {
        APIRequest(
            .put, verb: "update", resource: type.plural, path: type.path(namespace: name.namespace, name: name.name),
            contentType: "application/json", body: body)
    }

    /// - Parameters:
    ///   - manager: who the fields belong to from then on; an apply takes them from others by force.
    package static func patch<Object>(
        _ type: ResourceType<Object>, _ name: NamespacedName, subresource: String? = nil, _ patch: Patch,
        manager: String, body: [UInt8]
    ) -> APIRequest {
        var query = [Parameter("fieldManager", manager)]
        if patch == .apply { query.append(Parameter("force", "true")) }
        return APIRequest(
            .patch, verb: "patch", resource: type.plural + (subresource.map { "/" + $0 } ?? ""),
            path: type.path(namespace: name.namespace, name: name.name, subresource: subresource), query: query,
            contentType: patch.rawValue, body: body)
    }

    package static func delete<Object>(_ type: ResourceType<Object>, _ name: NamespacedName) -> APIRequest {
        APIRequest(
            .delete, verb: "delete", resource: type.plural,
            path: type.path(namespace: name.namespace, name: name.name))
    }
}
