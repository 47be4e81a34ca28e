/// Who may do what, by the Roles and bindings that were loaded (rbac.authorization.k8s.io/v1).
struct AccessRules: Sendable {
    private struct Grant {
        var subject: String
        /// `nil`: everywhere.
        var namespace: String?
        var rules: [JSON]
    }

    private var roles: [String: [JSON]] = [:]
    private var bindings: [JSON] = []

    /// Takes in an object if it is about access.
    mutating func load(_ object: JSON) {
        let name = object["metadata", "name"]?.string ?? ""
        let namespace = object["metadata", "namespace"]?.string
        switch object["kind"]?.string {
        case "ClusterRole": roles["/\(name)"] = object["rules"]?.array ?? []
        case "Role": roles["\(namespace ?? "")/\(name)"] = object["rules"]?.array ?? []
        case "ClusterRoleBinding", "RoleBinding": bindings.append(object)
        default: break
        }
    }

    func permits(_ user: String, _ verb: String, _ path: APIPath) -> Bool {
        bindings.contains { binding in
            let isCluster = binding["kind"] == "ClusterRoleBinding"
            let namespace = binding["metadata", "namespace"]?.string
            guard isCluster || namespace == path.namespace else { return false }
            let isSubject = (binding["subjects"]?.array ?? []).contains { subject in
                let place = subject["namespace"]?.string ?? ""
                return "system:serviceaccount:\(place):\(subject["name"]?.string ?? "")" == user
            }
            guard isSubject else { return false }
            let role = binding["roleRef", "name"]?.string ?? ""
            let key = binding["roleRef", "kind"] == "Role" ? "\(namespace ?? "")/\(role)" : "/\(role)"
            return (roles[key] ?? []).contains { AccessRules.permits($0, verb, path) }
        }
    }

    private static func permits(_ rule: JSON, _ verb: String, _ path: APIPath) -> Bool {
        func has(_ field: String, _ value: String) -> Bool {
            let values = rule[field]?.strings ?? []
            return values.contains("*") || values.contains(value)
        }
        let resource = path.plural + (path.subresource.map { "/" + $0 } ?? "")
        let names = rule["resourceNames"]?.strings ?? []
        return has("apiGroups", path.group) && has("resources", resource) && has("verbs", verb)
            && (names.isEmpty || path.name.map(names.contains) ?? false)
    }
}
