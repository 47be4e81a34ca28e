import KubernetesModel

/// What a watch has told, so that a list that has to be read again tells only what differs.
///
/// It keeps no object: only its name, and the version that was told.
struct WatchLedger: Hashable, Sendable {
    private struct Version: Hashable, Sendable {
        var uid: String?
        var resourceVersion: String?
    }

    private var known: [NamespacedName: Version] = [:]
    /// While a list is read: the objects that it had so far.
    private var listed: Set<NamespacedName>?
    /// Whether a list was read to its end.
    private(set) var isReady = false
    /// From where a watch goes on; `nil`: a list must be read first.
    private(set) var resourceVersion: String?

    /// A list begins, from its first page.
    mutating func beginList() { listed = [] }

    /// An object of the list. Returns what is to be told of it.
    mutating func list<Object: KubernetesObject>(_ object: Object) -> WatchEvent<Object>? {
        let name = ListedName.of(object)
        listed?.insert(name)
        guard update(name, object.metadata) else { return nil }
        return isReady ? .applied(object) : .initial(object)
    }

    /// An object of the list that could not be understood: its last form, if there was one, is not taken for gone.
    mutating func listUnreadable(_ name: NamespacedName) { listed?.insert(name) }

    /// The list is complete. Returns the names of what is there no more, and whether this was the first list.
    mutating func endList(at resourceVersion: String?) -> (gone: [NamespacedName], isFirst: Bool) {
        let gone = known.keys.filter { !(listed?.contains($0) ?? true) }.sorted()
        for name in gone { known[name] = nil }
        listed = nil
        self.resourceVersion = resourceVersion
        defer { isReady = true }
        return (gone, !isReady)
    }

    /// An object is new or changed. Returns what is to be told of it.
    mutating func apply<Object: KubernetesObject>(_ object: Object) -> WatchEvent<Object>? {
        advance(to: object.metadata.resourceVersion)
        return update(ListedName.of(object), object.metadata) ? .applied(object) : nil
    }

    /// An object is gone. Returns whether it was known.
    mutating func delete(_ name: NamespacedName, at resourceVersion: String?) -> Bool {
        advance(to: resourceVersion)
        return known.removeValue(forKey: name) != nil
    }

    /// Everything up to here has been told.
    mutating func advance(to resourceVersion: String?) {
        if let resourceVersion { self.resourceVersion = resourceVersion }
    }

    /// What the watch asked for is not kept any more: a list must be read.
    mutating func expire() { resourceVersion = nil }

    private mutating func update(_ name: NamespacedName, _ metadata: ObjectMeta) -> Bool {
        let version = Version(uid: metadata.uid, resourceVersion: metadata.resourceVersion)
        guard known[name] != version || version.resourceVersion == nil else { return false }
        known[name] = version
        return true
    }
}

/// How objects of a watch are told apart.
enum ListedName {
    static func of<Object: KubernetesObject>(_ object: Object) -> NamespacedName {
        NamespacedName(namespace: object.metadata.namespace ?? Object.defaultNamespace, name: object.metadata.name)
    }
}
