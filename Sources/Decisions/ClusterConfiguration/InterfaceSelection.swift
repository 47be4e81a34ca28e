/// Which interfaces something happens on.
package enum InterfaceSelection: Hashable, Sendable {
    /// Every suitable interface.
    case all
    /// Those with exactly these names.
    case named(Set<String>)

    package func contains(_ interface: String) -> Bool {
        switch self {
        case .all: true
        case .named(let names): names.contains(interface)
        }
    }

    /// The interfaces of either.
    package func union(_ other: InterfaceSelection) -> InterfaceSelection {
        guard case .named(let a) = self, case .named(let b) = other else { return .all }
        return .named(a.union(b))
    }
}
