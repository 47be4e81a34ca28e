import ClusterConfiguration

/// What the local node's interfaces are good for, in words: why an advertisement that names some finds none to use.
package struct InterfaceNotes: Hashable, Sendable {
    /// Why an interface is not used.
    package struct Obstacle: Hashable, Sendable {
        /// A clause, such as `it is down`.
        package let clause: String
        /// Whether naming the interface in an L2Advertisement is enough to use it.
        package let canBeOvercome: Bool
        /// Whether it may resolve itself: the link comes up.
        package let mayPass: Bool

        package init(_ clause: String, canBeOvercome: Bool = false, mayPass: Bool = false) {
            self.clause = clause
            self.canBeOvercome = canBeOvercome
            self.mayPass = mayPass
        }
    }

    /// How many interfaces a sentence names: a node of a cluster may have hundreds, one for each pod.
    private static let mostNames = 8

    /// Those that are used without being named.
    private let suitable: Set<String>
    private let obstacles: [String: Obstacle]

    /// - Parameter interfaces: every interface of the host by name, with what is in its way.
    package init(_ interfaces: [String: Obstacle?]) {
        suitable = Set(interfaces.filter { $0.value == nil }.keys)
        obstacles = interfaces.compactMapValues { $0 }
    }

    /// The interfaces of a selection that can be used.
    package func usable(_ selection: InterfaceSelection) -> Set<String> {
        switch selection {
        case .all: suitable
        case .named(let names):
            names.filter { suitable.contains($0) || obstacles[$0]?.canBeOvercome == true }
        }
    }

    /// Why no interface of a selection can be used, and which could be: a sentence. `nil` if one can be used.
    package func reason(againstAllOf selection: InterfaceSelection) -> String? {
        guard usable(selection).isEmpty else { return nil }
        switch selection {
        case .all:
            guard !obstacles.isEmpty else { return "The node has no interface." }
            // Those that only lack a link first: they are the likely ones.
            let names = obstacles.sorted { ($0.value.mayPass ? 0 : 1, $0.key) < ($1.value.mayPass ? 0 : 1, $1.key) }
            return "No interface of the node is suitable: \(InterfaceNotes.list(names.map { described($0.key) }))."
        case .named(let names):
            let clauses = names.sorted().map(described).joined(separator: "; ")
            return "None of the named interfaces can be used: \(clauses). \(alternatives)"
        }
    }

    /// Interfaces that are named, are there and can never be used, though another of the selection can: a sentence, or
    /// `nil` if there are none.
    package func reason(againstSomeOf selection: InterfaceSelection) -> String? {
        guard case .named(let names) = selection, !usable(selection).isEmpty else { return nil }
        let useless = names.filter { name in
            obstacles[name].map { !$0.canBeOvercome && !$0.mayPass } ?? false
        }
        guard !useless.isEmpty else { return nil }
        return "\(useless.sorted().map(described).joined(separator: "; ")): not used."
    }

    private func described(_ name: String) -> String {
        "\(name): "
            + (obstacles[name]?.clause ?? (suitable.contains(name) ? "it is suitable" : "there is no such interface"))
    }

    private var alternatives: String {
        suitable.isEmpty
            ? "The node has no suitable interface."
            : "Suitable interfaces: \(InterfaceNotes.list(suitable.sorted(), separator: ", "))."
    }

    private static func list(_ items: [String], separator: String = "; ") -> String {
        let shown = items.prefix(mostNames).joined(separator: separator)
        return items.count > mostNames ? "\(shown)\(separator)and \(items.count - mostNames) more" : shown
    }
}
