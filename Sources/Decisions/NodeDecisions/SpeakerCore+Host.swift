import Announcement
import ClusterConfiguration
import Interfaces
import KubernetesModel

// What is wrong with the host that the speaker runs on, or with its configuration.
extension SpeakerCore {
    /// How many Nodes a message names.
    private static let mostNames = 10

    /// There are Nodes, and none is this one: nothing is announced from here. Without any Node object there is one node,
    /// this one.
    package var nodeProblem: Problem? {
        guard !nodes.isEmpty, !nodes.contains(where: { $0.metadata.name == node }) else { return nil }
        let names = nodes.map(\.metadata.name).sorted()
        let shown = names.prefix(SpeakerCore.mostNames).joined(separator: ", ")
        let rest = names.count > SpeakerCore.mostNames ? " and \(names.count - SpeakerCore.mostNames) more" : ""
        let meant = names.filter { SpeakerCore.label(of: $0) == SpeakerCore.label(of: node) }
        let hint = meant.count == 1 ? "use \(meant[0])" : "use one of these names"
        return Problem(
            .error, ObjectReference(kind: "Node", name: NamespacedName(namespace: nil, name: node)),
            "There is no Node \(node), so this process announces nothing. The Nodes are \(shown)\(rest): \(hint) for --node "
                + "(martlet run) or --node-name, NODE_NAME (martlet speaker).")
    }

    /// The first label of a host's name: `n1` of `n1.example.com`.
    private static func label(of name: String) -> String { name.prefix { $0 != "." }.lowercased() }

    /// What keeps this node from announcing what it should, for a person to fix.
    package var hostProblems: [Problem] { [nodeProblem].compactMap(\.self) + interfaceProblems }

    /// Advertisements that select this node and find no interface, or a useless one.
    private var interfaceProblems: [Problem] {
        // Before interfaces are known there is nothing to say of them.
        guard let notes = engine.interfaceNotes else { return [] }
        let labels = nodes.first { $0.metadata.name == node }?.metadata.labels ?? [:]
        return configuration.layer2Advertisements.compactMap { advertisement in
            guard
                advertisement.nodeSelectors.isEmpty
                    || advertisement.nodeSelectors.contains(where: { $0.matches(labels) }),
                let reason = notes.reason(againstAllOf: advertisement.interfaces)
                    ?? notes.reason(againstSomeOf: advertisement.interfaces)
            else { return nil }
            return Problem(
                .warning,
                ObjectReference(
                    kind: "L2Advertisement", name: NamespacedName(namespace: nil, name: advertisement.name)),
                field: "spec.interfaces", "On \(node): \(reason)")
        }
    }
}

extension InterfaceNotes {
    init(_ table: InterfaceTable) {
        let interfaces = table.interfaces.map { interface in
            (
                interface.name,
                InterfaceObstacle(of: interface, in: table).map {
                    Obstacle(
                        $0.clause(of: interface, in: table), canBeOvercome: $0.canBeOvercome, mayPass: $0.mayPass)
                }
            )
        }
        self.init(Dictionary(interfaces) { first, _ in first })
    }
}
