/// All interfaces of a network namespace at one moment.
package struct InterfaceTable: Hashable, Sendable {
    private let byIndex: [CInt: Interface]

    package init(_ interfaces: some Sequence<Interface> = []) {
        byIndex = Dictionary(interfaces.map { ($0.index, $0) }) { $1 }
    }

    /// By index, which is the order in which they were made.
    package var interfaces: [Interface] { byIndex.values.sorted { $0.index < $1.index } }

    package subscript(index: CInt) -> Interface? { byIndex[index] }

    package subscript(name name: String) -> Interface? { byIndex.values.first { $0.name == name } }

    /// The interfaces that are parts of another.
    package func parts(of index: CInt) -> [Interface] { interfaces.filter { $0.masterIndex == index } }

    /// What has changed since `earlier`, by interface: removals first, so that a name is free before it is used again.
    package func changes(since earlier: InterfaceTable) -> [InterfaceChange] {
        var changes: [InterfaceChange] = []
        for old in earlier.interfaces where byIndex[old.index] == nil { changes.append(.removed(old)) }
        for new in interfaces {
            guard let old = earlier[new.index] else {
                changes.append(.added(new))
                continue
            }
            guard new != old else { continue }
            if new.name != old.name { changes.append(.renamed(new, from: old.name)) }
            if new.masterIndex != old.masterIndex { changes.append(.masterChanged(new, from: old.masterIndex)) }
            if new.hardwareAddress != old.hardwareAddress {
                changes.append(.hardwareAddressChanged(new, from: old.hardwareAddress))
            }
            if new.isRunning != old.isRunning { changes.append(new.isRunning ? .wentUp(new) : .wentDown(new)) }
            if new.addresses != old.addresses {
                let added = new.addresses.filter { !old.addresses.contains($0) }
                let removed = old.addresses.filter { !new.addresses.contains($0) }
                changes.append(.addressesChanged(new, added: added, removed: removed))
            }
        }
        return changes
    }
}
