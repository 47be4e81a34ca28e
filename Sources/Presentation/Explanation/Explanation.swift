import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel

/// Everything that is known of one Service, from which its explanation is told.
///
/// It adds no decision of its own: it puts the reasons that the decisions carry in the order of the chain.
package struct Explanation: Hashable, Sendable {
    package var name: NamespacedName
    /// The Service as Kubernetes has it; `nil` if there is none of this name.
    package var service: Service?
    /// Services of this class are Martlet's; `nil`: those without any.
    package var loadBalancerClass: String?
    /// `nil` if the Service is not Martlet's.
    package var review: ServiceReview?
    package var advertisements: [AdvertisementReview]
    /// Of this Service alone.
    package var plan: AnnouncementPlan
    /// `nil` if there is no EndpointSlice of it.
    package var endpoints: ServiceEndpoints?
    /// The BGP sessions, as far as somebody reports them; `nil` where nobody could be asked.
    package var peers: [NodePeerEntry]?
    /// Problems of the configuration that keep objects out of force.
    package var problems: [ProblemEntry]

    package init(
        _ name: NamespacedName, service: Service?, loadBalancerClass: String? = nil, review: ServiceReview? = nil,
        advertisements: [AdvertisementReview] = [], plan: AnnouncementPlan = AnnouncementPlan(),
        endpoints: ServiceEndpoints? = nil, peers: [NodePeerEntry]? = nil, problems: [ProblemEntry] = []
    ) {
        self.name = name
        self.service = service
        self.loadBalancerClass = loadBalancerClass
        self.review = review
        self.advertisements = advertisements
        self.plan = plan
        self.endpoints = endpoints
        self.peers = peers
        self.problems = problems
    }

    package var document: ExplanationDocument {
        var steps = [serviceStep]
        guard let review else { return ExplanationDocument(service: name.description, steps: steps, advice: advice) }
        steps += [requestStep(review), poolStep(review), addressStep(review)]
        if !review.assignment.addresses.isEmpty {
            steps += [endpointStep, advertisementStep]
            steps += [layer2Step, bgpStep, sessionStep].compactMap { $0 }
        }
        return ExplanationDocument(service: name.description, steps: steps, advice: advice)
    }
}

// MARK: - From the Service to its address
extension Explanation {
    private var serviceStep: ExplanationStep {
        guard let service else {
            return ExplanationStep("Service", .bad, "There is no Service \(name).")
        }
        let type = service.spec?.type ?? "ClusterIP"
        guard type == "LoadBalancer" else {
            return ExplanationStep(
                "Service", .bad, "It is of type \(type); only those of type LoadBalancer get addresses.")
        }
        let theirs = service.spec?.loadBalancerClass
        let own = theirs.map { "of class \($0)" } ?? "without a class"
        guard review != nil else {
            let wanted = loadBalancerClass.map { "those of class \($0)" } ?? "those without a class"
            return ExplanationStep("Service", .bad, "It is \(own), and Martlet serves \(wanted).")
        }
        return ExplanationStep("Service", .good, "Of type LoadBalancer, \(own): Martlet's.")
    }

    private func requestStep(_ review: ServiceReview) -> ExplanationStep {
        let families = review.families.map(\.description).joined(separator: " and ")
        var details: [String] = []
        if review.families.count > 1 {
            details.append(
                review.needsAllFamilies ? "addresses of both families, or none" : "one of each family where it can be")
        }
        if !review.requested.isEmpty {
            details.append("asks for \(review.requested.map(\.description).joined(separator: ", "))")
        }
        if let pool = review.requestedPool { details.append("asks for the pool \(pool)") }
        if let key = review.sharingKey { details.append("shares its address under the key \(key)") }
        return ExplanationStep(
            "Wants", review.warnings.isEmpty ? .good : .warning,
            review.families.count == 1 ? "An \(families) address." : "Addresses of \(families).",
            details: details + review.warnings.map(\.message))
    }

    private func poolStep(_ review: ServiceReview) -> ExplanationStep {
        let details = review.pools.map(\.message)
        let givers = review.pools.filter { if case .gave = $0.outcome { true } else { false } }.map(\.pool)
        guard !review.pools.isEmpty else { return ExplanationStep("Pools", .bad, "There is none.") }
        guard givers.isEmpty else {
            return ExplanationStep(
                "Pools", .good, "\(givers.unique.joined(separator: " and ")) served.", details: details)
        }
        return ExplanationStep(
            "Pools", .bad, "None of \(review.pools.map(\.pool).unique.count) served.", details: details)
    }

    private func addressStep(_ review: ServiceReview) -> ExplanationStep {
        let assignment = review.assignment
        let reason = assignment.reason.map { "\($0): \(assignment.message ?? "")" }
        guard !assignment.addresses.isEmpty else {
            return ExplanationStep("Address", .bad, "None yet. \(reason ?? "")")
        }
        let addresses = assignment.addresses.map(\.address.description).joined(separator: ", ")
        let missing = reason.map { ["one of the family that is missing: \($0)"] } ?? []
        return ExplanationStep("Address", missing.isEmpty ? .good : .warning, addresses, details: missing)
    }
}

// MARK: - From the address to the wire
extension Explanation {
    private var endpointStep: ExplanationStep {
        guard let endpoints else {
            return ExplanationStep("Endpoints", .neutral, "No EndpointSlice: taken for ready on every node.")
        }
        guard endpoints.isUsable else {
            return ExplanationStep("Endpoints", .bad, "None is ready, so nobody announces.")
        }
        let isLocal = service?.spec?.externalTrafficPolicy == "Local"
        let nodes = endpoints.nodes.sorted().joined(separator: ", ")
        return ExplanationStep(
            "Endpoints", .good, endpoints.nodes.isEmpty ? "Ready." : "Ready on \(nodes).",
            details: isLocal ? ["externalTrafficPolicy is Local: only these nodes announce"] : [])
    }

    private var advertisementStep: ExplanationStep {
        let matching = advertisements.filter(\.matches)
        let details = advertisements.map { review in
            "\(review.kind) \(review.name)\(several ? " for \(review.address)" : ""): "
                + (review.matches ? "" : "not, ") + review.message
        }
        guard !matching.isEmpty else {
            let count = advertisements.map(\.name).unique.count
            return ExplanationStep(
                "Advertised", .bad, count == 0 ? "There is no advertisement." : "No advertisement matches.",
                details: details)
        }
        let names = matching.map { "\($0.kind) \($0.name)" }.unique.joined(separator: ", ")
        return ExplanationStep("Advertised", .good, "By \(names).", details: details)
    }

    private var several: Bool { (review?.assignment.addresses.count ?? 0) > 1 }

    private var layer2Step: ExplanationStep? {
        let silent = plan.silent.filter { $0.protocol == .layer2 }
        guard !plan.layer2.isEmpty || !silent.isEmpty else { return nil }
        let owners = plan.layer2.map { announcement in
            let interfaces =
                switch announcement.interfaces {
                case .all: "every suitable interface"
                case .named(let names): names.sorted().joined(separator: ", ")
                }
            return "\(announcement.node) answers for \(announcement.address) on \(interfaces)"
        }
        let addresses = Set(review?.assignment.addresses.map(\.address) ?? [])
        let answered = Set(plan.layer2.map(\.address))
        let isWanted = advertisements.contains { $0.protocol == .layer2 && $0.matches }
        let verdict: ExplanationStep.Verdict = !isWanted ? .neutral : answered.isSuperset(of: addresses) ? .good : .bad
        let summary =
            !isWanted
            ? "Not used: no L2Advertisement matches."
            : owners.isEmpty ? "No node answers." : owners.joined(separator: "; ") + "."
        return ExplanationStep("Layer 2", verdict, summary, details: isWanted ? reasons(silent) : [])
    }

    private var bgpStep: ExplanationStep? {
        let silent = plan.silent.filter { $0.protocol == .bgp }
        guard !plan.bgp.isEmpty || !silent.isEmpty else { return nil }
        let isWanted = advertisements.contains { $0.protocol == .bgp && $0.matches }
        guard isWanted else { return ExplanationStep("BGP", .neutral, "Not used: no BGPAdvertisement matches.") }
        let told = plan.bgp.grouped { "\($0.prefix) to \($0.peer)" }.map { group in
            "\(group[0].prefix) is told to \(group[0].peer) by \(group.map(\.node).unique.joined(separator: ", "))"
        }
        let nodes = plan.bgp.map(\.node).unique.count
        return ExplanationStep(
            "BGP", told.isEmpty ? .bad : .good,
            told.isEmpty ? "No node advertises." : "\(nodes) \(nodes == 1 ? "node advertises" : "nodes advertise").",
            details: told + reasons(silent))
    }

    /// The nodes that are silent for one reason in one line.
    private func reasons(_ silent: [Silence]) -> [String] {
        silent.grouped { "\($0.reason) \($0.message) \(several ? $0.address.description : "")" }.map { group in
            let nodes = group.map(\.node).unique.joined(separator: ", ")
            let address = several ? " for \(group[0].address)" : ""
            return "\(nodes) silent\(address): \(group[0].reason): \(group[0].message)"
        }
    }

    /// The sessions over which the Service is advertised.
    private var sessionStep: ExplanationStep? {
        guard !plan.bgp.isEmpty, let peers else { return nil }
        let wanted = plan.bgp.map { [$0.node, $0.peer] }.unique
        let sessions = wanted.compactMap { pair in peers.first { $0.node == pair[0] && $0.peer.peer == pair[1] } }
        let established = sessions.filter(\.peer.isEstablished).count
        let details = sessions.map { session in
            let error = session.peer.lastError.map { session.peer.isEstablished ? "" : ": \($0)" } ?? ""
            return "\(session.node) with \(session.peer.peer): \(session.peer.state)\(error)"
        }
        guard !sessions.isEmpty else {
            return ExplanationStep("Sessions", .neutral, "Nobody reports any of the \(wanted.count) sessions.")
        }
        return ExplanationStep(
            "Sessions", established == 0 ? .bad : established < wanted.count ? .warning : .good,
            "\(established) of \(wanted.count) established.", details: details)
    }
}

// MARK: - What to do
extension Explanation {
    private var advice: [String] {
        guard service != nil else {
            return ["Look for it with `kubectl get services -A`; the form is NAMESPACE/NAME."]
        }
        guard let review else {
            return [
                "Set spec.type to LoadBalancer, and spec.loadBalancerClass to what this Martlet serves, if it is to serve it."
            ]
        }
        var sentences: [String] = []
        if let reason = review.assignment.reason { sentences.append(Advice.sentence(for: reason.rawValue) ?? "") }
        if !review.assignment.addresses.isEmpty, plan.layer2.isEmpty, plan.bgp.isEmpty {
            let reasons = plan.silent.map(\.reason.rawValue).unique
            sentences += reasons.compactMap(Advice.sentence)
            if reasons.isEmpty { sentences += [Advice.sentence(for: SilenceReason.noAdvertisement.rawValue) ?? ""] }
        } else {
            // A conflict matters even where BGP carries the address.
            let conflicts = plan.silent.contains { $0.reason == .conflict }
            if conflicts { sentences += [Advice.sentence(for: SilenceReason.conflict.rawValue) ?? ""] }
        }
        if let step = sessionStep, step.verdict == .bad {
            sentences.append("Look at the router's side of the sessions, and at `martlet get peers -o wide`.")
        }
        if !problems.isEmpty, !sentences.isEmpty {
            sentences.append(
                "\(problems.count) objects of the configuration have problems, which may be why: `martlet check`, or their condition Valid."
            )
        }
        return sentences.filter { !$0.isEmpty }.unique
    }
}

extension Array where Element: Hashable {
    /// Each element once, in the order in which it comes first.
    fileprivate var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
