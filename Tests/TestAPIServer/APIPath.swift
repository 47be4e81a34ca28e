/// What a path of the API names.
struct APIPath: Hashable {
    var group: String
    var version: String
    var plural: String
    var namespace: String?
    var name: String?
    var subresource: String?

    /// `nil` for what is not a resource.
    init?(_ path: String) {
        var parts = path.split(separator: "/").map(String.init)[...]
        switch parts.popFirst() {
        case "api":
            group = ""
            guard let version = parts.popFirst() else { return nil }
            self.version = version
        case "apis":
            guard let group = parts.popFirst(), let version = parts.popFirst() else { return nil }
            self.group = group
            self.version = version
        default: return nil
        }
        if parts.first == "namespaces", parts.count >= 3 {
            namespace = parts[parts.startIndex + 1]
            parts = parts.dropFirst(2)
        }
        guard let plural = parts.popFirst() else { return nil }
        self.plural = plural
        name = parts.popFirst()
        subresource = parts.popFirst()
        guard parts.isEmpty else { return nil }
    }

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    var resource: String { group.isEmpty ? plural : "\(plural).\(group)" }
}
