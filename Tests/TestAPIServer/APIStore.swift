import Foundation

/// The objects of a cluster, with the promises that a Kubernetes API server makes about them: a value.
package struct APIStore: Sendable {
    /// An answer that is an error, as a Status.
    struct Refusal: Error {
        var code: Int
        var reason: String
        var message: String
    }

    struct Change: Sendable {
        var resource: String
        var version: Int
        /// `nil`: it was created.
        var before: JSON?
        /// `nil`: it was deleted; with its last form in `before`.
        var after: JSON?
        /// The form that it had last, with the version of its deletion.
        var last: JSON
    }

    private var objects: [String: [String: JSON]] = [:]
    private(set) var version = 100
    private(set) var changes: [Change] = []
    /// Watches from before this version are told 410.
    private var floor = 0
    private var addresses = 0

    package init() {}

    // MARK: - Reading

    static func key(_ namespace: String?, _ name: String) -> String { "\(namespace ?? "")/\(name)" }

    func get(_ path: APIPath) throws(Refusal) -> JSON {
        guard let object = objects[path.resource]?[APIStore.key(path.namespace, path.name ?? "")] else {
            throw Refusal(code: 404, reason: "NotFound", message: "\(path.plural) \"\(path.name ?? "")\" not found")
        }
        return object
    }

    /// Sorted as etcd does.
    func list(_ path: APIPath, _ selector: ObjectSelector) -> [JSON] {
        (objects[path.resource] ?? [:]).sorted { $0.key < $1.key }.map(\.value).filter { object in
            (path.namespace == nil || object["metadata", "namespace"]?.string == path.namespace)
                && selector.matches(object)
        }
    }

    /// What happened after a version; `nil` if that is not known any more.
    func changes(after version: Int, of path: APIPath) -> [Change]? {
        guard version >= floor else { return nil }
        return changes.filter { $0.version > version && $0.resource == path.resource }
    }

    /// Forgets what happened.
    package mutating func compact() {
        floor = version
        changes = []
    }

    /// Is as it was at another time, and knows of nothing that happened, as after a restored backup of etcd.
    package mutating func setBack(to former: APIStore) {
        self = former
        compact()
    }

    // MARK: - Writing

    mutating func create(_ path: APIPath, _ body: JSON, kind: String) throws(Refusal) -> JSON {
        var object = body
        var name = body["metadata", "name"]?.string ?? ""
        if name.isEmpty, let prefix = body["metadata", "generateName"]?.string {
            name = prefix + String(version, radix: 36)
        }
        let key = APIStore.key(path.namespace, name)
        guard objects[path.resource]?[key] == nil else {
            throw Refusal(code: 409, reason: "AlreadyExists", message: "\(path.plural) \"\(name)\" already exists")
        }
        if let namespace = path.namespace, path.resource != "events.events.k8s.io",
            objects["namespaces"]?[APIStore.key(nil, namespace)]?["metadata", "deletionTimestamp"] != nil
        {
            throw Refusal(code: 403, reason: "Forbidden", message: "namespace \(namespace) is being terminated")
        }
        object["apiVersion"] = .string(path.apiVersion)
        object["kind"] = .string(kind)
        object["metadata", "name"] = .string(name)
        object["metadata", "namespace"] = path.namespace.map { .string($0) }
        object["metadata", "uid"] = .string(UUID().uuidString.lowercased())
        object["metadata", "creationTimestamp"] = .string(APIStore.now)
        object["metadata", "generation"] = 1
        object["metadata", "resourceVersion"] = nil
        if APIStore.hasStatus(path) { object["status"] = path.plural == "nodes" ? object["status"] : nil }
        if path.resource == "services" { complete(&object) }
        return commit(path.resource, key, before: nil, after: object)
    }

    /// Replaces or patches: `change` makes the new form of the present one.
    mutating func update(
        _ path: APIPath, resourceVersion: String?, _ change: (JSON) -> JSON
    ) throws(Refusal) -> JSON {
        let present = try get(path)
        if let resourceVersion, !resourceVersion.isEmpty,
            resourceVersion != present["metadata", "resourceVersion"]?.string
        {
            throw Refusal(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled on \(path.plural) \"\(path.name ?? "")\": it has been modified")
        }
        var object = change(present)
        for field in ["uid", "name", "namespace", "creationTimestamp", "deletionTimestamp", "resourceVersion"] {
            object["metadata", field] = present["metadata", field]
        }
        object["metadata", "generation"] = present["metadata", "generation"]
        if path.subresource == "status" {
            object["spec"] = present["spec"]
        } else if APIStore.hasStatus(path) {
            object["status"] = present["status"]
        }
        if object["spec"] != present["spec"] {
            object["metadata", "generation"] = .number(Double((present["metadata", "generation"]?.int ?? 0) + 1))
        }
        if path.resource == "services" {
            if let former = present["spec", "loadBalancerClass"], object["spec", "type"] == "LoadBalancer",
                object["spec", "loadBalancerClass"] != former
            {
                throw Refusal(code: 422, reason: "Invalid", message: "spec.loadBalancerClass: may not change once set")
            }
            complete(&object)
        }
        // A write that changes nothing is none.
        guard object != present else { return present }
        let key = APIStore.key(path.namespace, path.name ?? "")
        if object["metadata", "deletionTimestamp"] != nil, object["metadata", "finalizers"]?.array?.isEmpty ?? true {
            return remove(path.resource, key, object)
        }
        return commit(path.resource, key, before: present, after: object)
    }

    mutating func delete(_ path: APIPath) throws(Refusal) -> JSON {
        var object = try get(path)
        let key = APIStore.key(path.namespace, path.name ?? "")
        guard object["metadata", "finalizers"]?.array?.isEmpty ?? true, path.plural != "namespaces" else {
            let present = object
            object["metadata", "deletionTimestamp"] = .string(APIStore.now)
            return commit(path.resource, key, before: present, after: object)
        }
        return remove(path.resource, key, object)
    }

    private mutating func remove(_ resource: String, _ key: String, _ object: JSON) -> JSON {
        objects[resource]?[key] = nil
        version += 1
        var last = object
        last["metadata", "resourceVersion"] = .string("\(version)")
        changes.append(Change(resource: resource, version: version, before: object, after: nil, last: last))
        collect(ownedBy: object["metadata", "uid"]?.string ?? "")
        return last
    }

    /// Deletes what has no other owner.
    private mutating func collect(ownedBy uid: String) {
        for (resource, all) in objects {
            for (key, object) in all {
                let owners = object["metadata", "ownerReferences"]?.array ?? []
                guard !owners.isEmpty, owners.allSatisfy({ $0["uid"]?.string == uid }) else { continue }
                _ = remove(resource, key, object)
            }
        }
    }

    private mutating func commit(_ resource: String, _ key: String, before: JSON?, after: JSON) -> JSON {
        version += 1
        var object = after
        object["metadata", "resourceVersion"] = .string("\(version)")
        objects[resource, default: [:]][key] = object
        changes.append(Change(resource: resource, version: version, before: before, after: object, last: object))
        return object
    }

    // MARK: - Kinds

    static func hasStatus(_ path: APIPath) -> Bool {
        ["", "martlet.dev", "metallb.io", "apps"].contains(path.group)
            && !["secrets", "configmaps", "serviceaccounts", "events"].contains(path.plural)
    }

    /// What the API server fills in of a Service.
    private mutating func complete(_ service: inout JSON) {
        let type = service["spec", "type"]?.string ?? "ClusterIP"
        service["spec", "type"] = .string(type)
        if type == "ExternalName" {
            service["spec", "clusterIP"] = nil
            service["spec", "clusterIPs"] = nil
        } else if service["spec", "clusterIP"]?.string ?? "" == "" {
            addresses += 1
            let address = "10.\(96 + addresses / 65_536).\(addresses / 256 % 256).\(addresses % 256)"
            service["spec", "clusterIP"] = .string(address)
            service["spec", "clusterIPs"] = [.string(address)]
        }
        if service["spec", "ipFamilies"] == nil, type != "ExternalName" { service["spec", "ipFamilies"] = ["IPv4"] }
        if type == "LoadBalancer" {
            if service["spec", "externalTrafficPolicy"] == nil {
                service["spec", "externalTrafficPolicy"] = "Cluster"
            }
            let ingress = (service["status", "loadBalancer", "ingress"]?.array ?? []).map { entry -> JSON in
                var entry = entry
                if entry["ip"] != nil, entry["ipMode"] == nil { entry["ipMode"] = "VIP" }
                return entry
            }
            if !ingress.isEmpty { service["status", "loadBalancer", "ingress"] = .array(ingress) }
        } else {
            service["spec", "loadBalancerClass"] = nil
            service["spec", "externalTrafficPolicy"] = nil
            if service["status"] != nil { service["status", "loadBalancer"] = [:] }
        }
    }

    private static var now: String {
        ISO8601DateFormatter.string(
            from: Date(), timeZone: TimeZone(secondsFromGMT: 0) ?? .current, formatOptions: .withInternetDateTime)
    }
}
