import Addresses
import BFD
import ClusterConfiguration
import KubernetesModel
import WireIdentity

extension LivenessSnapshot {
    /// What is wrong with who sends on the segments, with what to do about it.
    ///
    /// - Parameter node: this one's name.
    package func problems(node: String) -> [Problem] { segments.flatMap { $0.problems(node: node) } }

    /// The nodes that are there but not believed, by interface: their packets do arrive.
    package var distrusted: [String: Set<String>] {
        Dictionary(segments.map { ($0.interface, Set($0.distrusted.keys)) }) { $0.union($1) }
    }
}

extension LivenessSnapshot.Segment {
    fileprivate func problems(node: String) -> [Problem] {
        func reference(_ name: String) -> ObjectReference {
            ObjectReference(kind: "Node", name: NamespacedName(namespace: nil, name: name))
        }
        var problems: [Problem] = []
        for twin in twins {
            problems.append(
                Problem(
                    .error, reference(node),
                    "another host on \(interface) (\(twin.hardwareAddress), \(twin.address)) runs Martlet as node \(node) of "
                        + "the same cluster: give one of them another name (--node), or the two clusters different ones "
                        + "(--cluster)"))
        }
        for member in members where member.isUp && member.hasTwin {
            let hosts = member.hardwareAddresses.sorted().map(\.description).joined(separator: " and ")
            problems.append(
                Problem(
                    .error, reference(member.node),
                    "several hosts on \(interface) (\(hosts)) run Martlet as node \(member.node) of the same cluster: give "
                        + "each another name (--node), or the clusters different ones (--cluster)"))
        }
        for member in members where member.isDamped {
            problems.append(
                Problem(
                    .warning, reference(member.node),
                    "it flaps on \(interface): more than \(MemberDamping.changesInWindow) changes in "
                        + "\(MemberDamping.window.components.seconds) s. It is treated as down until it is stable for "
                        + "\(MemberDamping.calm.components.seconds) s. Check its link, and whether another "
                        + "host sends its packets"))
        }
        for (name, reason) in distrusted.sorted(by: { $0.key < $1.key }) {
            problems.append(
                Problem(
                    .error, reference(name),
                    "\(node) rejects its liveness packets on \(interface): \(words(of: reason, name, node))"
                ))
        }
        return problems
    }

    private func words(of reason: Distrust, _ other: String, _ node: String) -> String {
        switch reason {
        case .otherKey: "\(other) signs with a different key than \(node). Give both the same --liveness-key-file"
        case .unsigned: "\(other) does not sign. Start it with --liveness-key-file and the key of \(node)"
        case .signs:
            "\(other) signs, and \(node) has no key. Start \(node) with --liveness-key-file and the key of \(other)"
        case .previousVersion:
            "\(other) runs the previous version of Martlet. Upgrade it, or start \(node) with --previous-version "
                + "accept until it is upgraded"
        }
    }
}
