import Addresses
import Interfaces

/// Which nodes are reachable on which segment: a segment counts once it was listened to for as long as it
/// takes to find every node.
package struct HeardNodes: Sendable {
    /// Who is up, by interface, and from which hardware addresses; also where it is not known yet whether that is everybody.
    private var up: [String: [String: Set<MACAddress>]] = [:]
    private var listened: Set<String> = []
    /// Interfaces where liveness has no address to speak from: no node can be heard there, however long one listens.
    private var unhearable: Set<String> = []
    /// The number of the list of interfaces that liveness was given last.
    private var list: UInt64 = 0

    package init() {}

    /// Returns whether the node's reachability has changed.
    @discardableResult package mutating func note(_ change: LivenessChange) -> Bool {
        change.isUp
            ? up[change.interface, default: [:]].updateValue(change.hardwareAddresses, forKey: change.node) == nil
            : up[change.interface]?.removeValue(forKey: change.node) != nil
    }

    /// Liveness was given this list of interfaces, and cannot listen on those that are `unhearable`. What was listened to
    /// before counts until liveness says what of the new list was: it may have said so already, in another input.
    ///
    /// - Returns: whether ``byInterface`` may be different.
    package mutating func listen(list: UInt64, unhearable: Set<String>) -> Bool {
        self.list = list
        defer { self.unhearable = unhearable }
        return unhearable != self.unhearable
    }

    /// These interfaces, and no other, were listened to for long enough.
    ///
    /// - Returns: whether that was said of the newest list; an interface of a former one may have been replaced since.
    @discardableResult package mutating func note(_ segments: ListenedSegments) -> Bool {
        guard segments.list == list else { return false }
        listened = segments.interfaces
        return true
    }

    /// These interfaces are listened on, after others. One that is new is to be listened to before it counts.
    package mutating func follow(_ interfaces: [Interface], after former: [Interface]) {
        let names = Dictionary(former.map { ($0.index, $0.name) }) { $1 }
        for interface in interfaces where names[interface.index] != interface.name {
            if let former = names[interface.index] {
                rename(former, to: interface.name)
            } else {
                listened.remove(interface.name)
            }
        }
    }

    /// This interface has another name now.
    package mutating func rename(_ former: String, to name: String) {
        up[name] = up.removeValue(forKey: former)
        if listened.remove(former) != nil { listened.insert(name) }
    }

    /// By interface, where that is known.
    package var byInterface: [String: [String: Set<MACAddress>]] {
        Dictionary(uniqueKeysWithValues: listened.union(unhearable).map { ($0, up[$0] ?? [:]) })
    }
}
