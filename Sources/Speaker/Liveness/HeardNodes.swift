/// Who is heard on which segment, as far as that can be said: a segment counts once it was listened to for as long as it
/// takes to hear everybody who is there.
struct HeardNodes: Sendable {
    /// Who is up, by interface, also where it is not known yet whether that is everybody.
    private var up: [String: Set<String>] = [:]
    private var listened: Set<String> = []

    /// Returns whether the node is heard now and was not, or the other way round.
    @discardableResult mutating func note(_ change: LivenessChange) -> Bool {
        change.isUp
            ? up[change.interface, default: []].insert(change.node).inserted
            : up[change.interface]?.remove(change.node) != nil
    }

    /// These interfaces, and no other, were listened to for long enough.
    mutating func note(listened: Set<String>) { self.listened = listened }

    /// This interface is listened to anew.
    mutating func restart(_ interface: String) { listened.remove(interface) }

    /// This interface has another name now.
    mutating func rename(_ former: String, to name: String) {
        up[name] = up.removeValue(forKey: former)
        if listened.remove(former) != nil { listened.insert(name) }
    }

    /// By interface, where that is known.
    var byInterface: [String: Set<String>] {
        Dictionary(uniqueKeysWithValues: listened.map { ($0, up[$0] ?? []) })
    }
}
