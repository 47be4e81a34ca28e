import KubernetesModel

/// The objects of one kind in one API group, as reported by a watch.
package struct ObjectSet<Object: KubernetesObject & Hashable & Sendable>: Sendable {
    private var objects: [NamespacedName: Object] = [:]
    /// Whether everything that existed when the watch started has been reported.
    package private(set) var isReady = false

    package init() {}

    package var count: Int { objects.count }

    package subscript(name: NamespacedName) -> Object? { objects[name] }

    /// Takes in an event. Returns the object's name if it is not what it was, as far as `==` can tell.
    @discardableResult
    package mutating func apply(_ event: WatchEvent<Object>) -> NamespacedName? {
        switch event {
        case .ready:
            isReady = true
            return nil
        case .initial(let object), .applied(let object):
            let name = ObjectSet.name(of: object)
            let former = objects.updateValue(object, forKey: name)
            return former == object ? nil : name
        case .deleted(let name):
            return objects.removeValue(forKey: name) == nil ? nil : name
        }
    }

    /// In the order that decides who is served first: by the time of creation, then by name.
    package var inOrder: [Object] {
        objects.values.sorted { a, b in
            // RFC 3339 text of one form sorts as the moments do.
            let (first, second) = (a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "")
            return first != second ? first < second : ObjectSet.name(of: a) < ObjectSet.name(of: b)
        }
    }

    package static func name(of object: Object) -> NamespacedName {
        NamespacedName(namespace: object.metadata.namespace ?? Object.defaultNamespace, name: object.metadata.name)
    }
}
