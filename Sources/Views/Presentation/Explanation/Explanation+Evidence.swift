import Addresses
import Announcement
import Assignment
import KubernetesModel

// What is confirmed of the chain, and by whom.
extension Explanation {
    /// The addresses that follow from the objects, but that the controller has not written; none where the process that
    /// assigns is asked.
    func ungiven(_ review: ServiceReview) -> [IPAddress] {
        guard let evidence else { return [] }
        return review.assignment.addresses.map(\.address).filter { !evidence.given.contains($0) }
    }

    /// Whether the owner itself says that it answers.
    func isConfirmed(_ announcement: Layer2Announcement) -> Bool {
        guard let evidence else { return true }
        return evidence.finding(announcement.address, of: name, on: announcement.node) == .confirmed
    }

    /// How far the owners confirm what follows from the objects.
    var reportedVerdict: ExplanationStep.Verdict {
        guard let evidence else { return .good }
        let findings = plan.layer2.map { evidence.finding($0.address, of: name, on: $0.node) }
        if findings.contains(.denied) { return .bad }
        if findings.contains(.unknown) { return .expected }
        if plan.layer2.contains(where: { evidence.speakers[$0.node]?.notReady != nil }) { return .warning }
        return findings.contains(.unlisted) ? .neutral : .good
    }

    /// Why an owner is not confirmed, a line for each node.
    var doubts: [String] {
        guard let evidence else { return [] }
        let groups = plan.layer2.grouped { "\($0.node) \(evidence.finding($0.address, of: name, on: $0.node))" }
        let doubts = groups.compactMap { group -> String? in
            let node = group[0].node
            switch evidence.finding(group[0].address, of: name, on: node) {
            case .confirmed: return nil
            case .denied: return "\(node): its speaker does not report \(list(group.map(\.address)))"
            case .unknown: return "\(node): \(evidence.silence(of: node))"
            case .unlisted:
                return "\(node): its Speaker object lists only the first \(SpeakerStatus.limit) addresses: "
                    + "ask its speaker with --server"
            }
        }
        let idle = plan.layer2.map(\.node).unique.compactMap { node in
            evidence.speakers[node]?.notReady.map { "\(node): its speaker is not ready: \($0)" }
        }
        return doubts + idle
    }

    /// What is said of the routes if no session that carries one is reported as Established; `nil` if one is.
    var unconfirmedRoutes: String? {
        guard evidence != nil else { return nil }
        let established = Set((peers ?? []).filter(\.peer.isEstablished).map { [$0.node, $0.peer.peer] })
        let missing = Set(plan.bgp.map(\.address)).subtracting(
            plan.bgp.filter { established.contains([$0.node, $0.peer]) }.map(\.address))
        guard !missing.isEmpty else { return nil }
        let nodes = Set(plan.bgp.map(\.node)).count
        return
            "\(nodes) \(nodes == 1 ? "node" : "nodes") should advertise \(list(missing.sorted())); no speaker reports an "
            + "established session that carries it."
    }
}

// The problems that concern what is shown.
extension Explanation {
    /// Whether a problem is about an object that the Service depends on, or about a process.
    func concerns(_ problem: ProblemEntry) -> Bool {
        guard let object = problem.object, let kind = object.split(separator: "/").first else { return true }
        let objectName = object.split(separator: "/").last.map(String.init) ?? ""
        let matching = advertisements.filter(\.matches)
        switch kind {
        case "Service": return object == "Service/\(name)"
        case "IPAddressPool": return review?.assignment.addresses.contains { $0.pool == objectName } ?? false
        case "L2Advertisement", "BGPAdvertisement":
            return matching.contains { $0.kind == kind && $0.name == objectName }
        case "BGPPeer", "BFDProfile": return matching.contains { $0.protocol == .bgp }
        case "Community", "Secret", "Namespace", "EndpointSlice": return false
        default: return true
        }
    }

    /// How many problems are said in full.
    private static let mostProblems = 10

    /// `nil` where none is known.
    var problemStep: ExplanationStep? {
        let known = Set(obstacles.map(\.message))
        let own = problems.map { NodeProblemEntry(nodes: [], problem: $0) }
        var said: Set<String> = []
        let lines = (reported + own).filter { entry in
            entry.problem.severity != "note" && concerns(entry.problem) && !known.contains(entry.problem.message)
                && said.insert(entry.problem.message).inserted
        }.map { entry in
            let nodes = entry.nodes.prefix(3).joined(separator: ", ") + (entry.nodes.count > 3 ? ", …" : "")
            return (nodes.isEmpty ? "" : nodes + ": ") + entry.problem.sentence
        }
        guard let first = lines.first else { return nil }
        let more = lines.count - Explanation.mostProblems
        return ExplanationStep(
            "Problems", .warning, first,
            details: lines.dropFirst().prefix(Explanation.mostProblems - 1)
                + (more > 0 ? ["\(more) more: `martlet get problems`"] : []))
    }
}

extension ProblemEntry {
    var isError: Bool { severity == "error" }

    /// The object and field, and what is wrong with it.
    var sentence: String {
        let place = [object, field].compactMap(\.self).joined(separator: ": ")
        return (place.isEmpty ? "" : place + ": ") + message
    }
}
