import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel

/// Everything that is known of one Service, from which its explanation is made.
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
    /// The BGP sessions, as far as they are reported; `nil` if no process could be asked.
    package var peers: [NodePeerEntry]?
    /// The node whose sessions alone ``peers`` has; `nil`: they are those of every node that reports.
    package var onlyNode: String?
    /// Hosts that are not speakers and use an address, a clause for each; what the asked node has seen on the wire.
    package var strangers: [IPAddress: String] = [:]
    /// Problems of the configuration, errors and warnings. An error keeps its object out of force.
    package var problems: [ProblemEntry]
    /// What processes report as wrong with themselves and their hosts.
    package var reported: [NodeProblemEntry] = []
    /// What the controller and the speakers of a cluster have written; `nil` where the process itself is asked.
    package var evidence: ClusterEvidence?
    /// Why it is not known whether there is such a Service; `nil` if it is known.
    package var unread: String?
    /// What keeps a speaker that was asked from announcing anything at all.
    package var obstacles: [ProblemEntry] = []
    /// Whether it is known what becomes of the addresses.
    package var isOfAnnouncing = true

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
        guard let review else {
            if service == nil, unread == nil { return ExplanationDocument(name, steps, advice) }
            return ExplanationDocument(name, steps + [problemStep].compactMap(\.self), advice)
        }
        steps += [requestStep(review), poolStep(review), addressStep(review)].compactMap(\.self)
        if !review.assignment.addresses.isEmpty, isOfAnnouncing {
            steps += [endpointStep, advertisementStep]
            steps += [speakerStep, layer2Step, bgpStep, sessionStep].compactMap { $0 }
        }
        return ExplanationDocument(name, steps + [problemStep].compactMap(\.self), advice)
    }
}

extension ExplanationDocument {
    fileprivate init(_ name: NamespacedName, _ steps: [ExplanationStep], _ advice: [String]) {
        self.init(service: name.description, steps: steps, advice: advice)
    }
}

// MARK: - From the Service to its address
extension Explanation {
    private var serviceStep: ExplanationStep {
        guard let service else {
            if let unread { return ExplanationStep("Service", .bad, unread) }
            let reasons = reasonsForAbsence
            return ExplanationStep(
                "Service", .bad,
                reasons.isEmpty ? "There is no Service \(name)." : "The Service \(name) cannot be read.",
                details: reasons)
        }
        let type = service.spec?.type ?? "ClusterIP"
        guard type == "LoadBalancer" else {
            return ExplanationStep(
                "Service", .bad, "Its type is \(type); only the type LoadBalancer gets addresses.")
        }
        if ServiceSwitch.ignore.isOn(service) {
            return ExplanationStep(
                "Service", .bad, "Its annotation \(ServiceSwitch.ignore.key) is true: Martlet ignores it.")
        }
        let theirs = service.spec?.loadBalancerClass
        let own = theirs.map { "of class \($0)" } ?? "without a class"
        guard review != nil else {
            let wanted = loadBalancerClass.map { "those of class \($0)" } ?? "those without a class"
            return ExplanationStep("Service", .bad, "It is \(own), but Martlet serves \(wanted).")
        }
        return ExplanationStep("Service", .good, "Type LoadBalancer, \(own): served by Martlet.")
    }

    /// Why the Service may be left out of what was read.
    private var reasonsForAbsence: [String] {
        problems.filter { $0.isError && ($0.object == nil || $0.object == "Service/\(name)") }.map { problem in
            (problem.field.map { "\($0): " } ?? "") + problem.message
        }
    }

    /// What it asks for; `nil` where only its addresses are known.
    private func requestStep(_ review: ServiceReview) -> ExplanationStep? {
        guard !review.families.isEmpty else { return nil }
        let families = review.families.map(\.description).joined(separator: " and ")
        var details: [String] = []
        if review.families.count > 1 {
            details.append(
                review.needsAllFamilies ? "addresses of both families, or none" : "one of each family if possible")
        }
        if !review.requested.isEmpty {
            details.append("requests \(review.requested.map(\.description).joined(separator: ", "))")
        }
        if let pool = review.requestedPool { details.append("requests the pool \(pool)") }
        if let key = review.sharingKey { details.append("shares its address under the key \(key)") }
        return ExplanationStep(
            "Wants", review.warnings.isEmpty ? .good : .warning,
            review.families.count == 1 ? "An \(families) address." : "Addresses of \(families).",
            details: details + review.warnings.map(\.message))
    }

    /// The pools that were asked; `nil` where only the answer is known.
    private func poolStep(_ review: ServiceReview) -> ExplanationStep? {
        let details = review.pools.map(\.message).unique
        let givers = review.pools.filter { if case .gave = $0.outcome { true } else { false } }.map(\.pool)
        guard !review.pools.isEmpty else {
            return review.assignment.reason == .noPools ? ExplanationStep("Pools", .bad, "There are no pools.") : nil
        }
        guard givers.isEmpty else {
            guard ungiven(review).isEmpty else {
                return ExplanationStep(
                    "Pools", .expected, "\(givers.unique.joined(separator: " and ")) can allocate.", details: details)
            }
            return ExplanationStep(
                "Pools", .good, "Allocated from \(givers.unique.joined(separator: " and ")).", details: details)
        }
        return ExplanationStep(
            "Pools", .bad, "None of \(review.pools.map(\.pool).unique.count) can allocate.", details: details)
    }

    private func addressStep(_ review: ServiceReview) -> ExplanationStep {
        let assignment = review.assignment
        let reason = assignment.reason.map { "\($0): \(assignment.message ?? "")" }
        guard !assignment.addresses.isEmpty else {
            return ExplanationStep("Address", .bad, "None yet. \(reason ?? "The controller has not reported on it.")")
        }
        let addresses = assignment.addresses.map(\.address.description).joined(separator: ", ")
        let ungiven = ungiven(review)
        if let evidence, !ungiven.isEmpty {
            return ExplanationStep(
                "Address", .bad,
                "\(list(ungiven)) is not in the Service's status.loadBalancer: no controller has assigned it.",
                details: [evidence.leadership].compactMap(\.self))
        }
        let missing = reason.map { ["missing family: \($0)"] } ?? []
        return ExplanationStep("Address", missing.isEmpty ? .good : .warning, addresses, details: missing)
    }
}

// MARK: - From the address to the wire
extension Explanation {
    private var advertisementStep: ExplanationStep {
        let matching = advertisements.filter(\.matches)
        let details = advertisements.grouped {
            "\($0.kind) \($0.name) \($0.matches) \($0.message)"
        }.map { group in
            "\(group[0].kind) \(group[0].name)\(place(group.map(\.address))): "
                + (group[0].matches ? "" : "not, ") + group[0].message
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

    /// `nil` where the speakers can do their work.
    private var speakerStep: ExplanationStep? {
        guard let first = obstacles.first else { return nil }
        return ExplanationStep(
            "Speaker", obstacles.contains { $0.severity == "error" } ? .bad : .warning, first.message,
            details: obstacles.dropFirst().map(\.message))
    }

    private var layer2Step: ExplanationStep? {
        let silent = plan.silent.filter { $0.protocol == .layer2 }
        guard !plan.layer2.isEmpty || !silent.isEmpty else { return nil }
        let owners = plan.layer2.grouped { "\($0.node) \($0.interfaces) \(isConfirmed($0))" }.map { group in
            let interfaces =
                switch group[0].interfaces {
                case .all: "every suitable interface"
                case .named(let names): names.sorted().joined(separator: ", ")
                }
            let verb = isConfirmed(group[0]) ? "answers" : "should answer"
            return "\(group[0].node) \(verb) for \(list(group.map(\.address))) on \(interfaces)"
        }
        let wanted = addresses(wantedBy: .layer2)
        let isWanted = !wanted.isEmpty
        let conflicts = strangers.filter { wanted.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
        let verdict: ExplanationStep.Verdict =
            !isWanted ? .neutral : answered.isSuperset(of: wanted) && conflicts.isEmpty ? reportedVerdict : .bad
        let summary =
            !isWanted
            ? "Not used: no L2Advertisement matches."
            : owners.isEmpty ? "No node answers." : owners.joined(separator: "; ") + "."
        return ExplanationStep(
            "Layer 2", verdict, summary, details: isWanted ? conflicts + doubts + reasons(silent) : [])
    }

    /// Addresses, each once.
    func list(_ addresses: [IPAddress]) -> String {
        addresses.unique.map(\.description).joined(separator: ", ")
    }

    /// Which addresses a line is about, where it is not about all that the Service has.
    private func place(_ addresses: [IPAddress]) -> String {
        let all = review?.assignment.addresses.map(\.address) ?? []
        return all.count < 2 || Set(addresses).isSuperset(of: all) ? "" : " for \(list(addresses))"
    }

    private var bgpStep: ExplanationStep? {
        let silent = plan.silent.filter { $0.protocol == .bgp }
        guard !plan.bgp.isEmpty || !silent.isEmpty else { return nil }
        let isWanted = advertisements.contains { $0.protocol == .bgp && $0.matches }
        guard isWanted else { return ExplanationStep("BGP", .neutral, "Not used: no BGPAdvertisement matches.") }
        let told = plan.bgp.grouped { "\($0.prefix) to \($0.peer)" }.map { group in
            "\(group[0].prefix) is advertised to \(group[0].peer) by \(group.map(\.node).unique.joined(separator: ", "))"
        }
        let nodes = plan.bgp.map(\.node).unique.count
        let untold = addresses(wantedBy: .bgp).subtracting(advertised).sorted()
        let missing =
            untold.isEmpty ? "" : " No node advertises \(untold.map(\.description).joined(separator: ", "))."
        if let unconfirmed = unconfirmedRoutes, untold.isEmpty {
            return ExplanationStep("BGP", .expected, unconfirmed, details: told + reasons(silent))
        }
        return ExplanationStep(
            "BGP", untold.isEmpty ? .good : untold.allSatisfy(answered.contains) ? .warning : .bad,
            told.isEmpty
                ? "No node advertises."
                : "\(nodes) \(nodes == 1 ? "node advertises" : "nodes advertise")." + missing,
            details: told + reasons(silent))
    }

    /// The addresses that a node answers for.
    private var answered: Set<IPAddress> { Set(plan.layer2.map(\.address)) }

    /// The addresses that a node advertises to a router.
    private var advertised: Set<IPAddress> { Set(plan.bgp.map(\.address)) }

    /// The addresses that an advertisement of this protocol matches.
    private func addresses(wantedBy protocol: NotAnnounced.AnnouncementProtocol) -> Set<IPAddress> {
        Set(advertisements.filter { $0.protocol == `protocol` && $0.matches }.map(\.address))
    }

    /// The nodes that do not announce for one reason in one line, for one address or several.
    private func reasons(_ silent: [NotAnnounced]) -> [String] {
        silent.grouped { "\($0.reason) \($0.message)" }.flatMap { group in
            // Nodes that do not announce other addresses than the others get their own line.
            group.grouped(by: \.node).grouped { $0.map(\.address) }.map { nodes in
                let names = nodes.map { $0[0].node }.joined(separator: ", ")
                return
                    "\(names) not announcing\(place(nodes[0].map(\.address))): \(group[0].reason): \(group[0].message)"
            }
        }
    }

    /// The sessions over which the Service is advertised.
    private var sessionStep: ExplanationStep? {
        guard !plan.bgp.isEmpty, let peers else { return nil }
        let all = plan.bgp.map { [$0.node, $0.peer] }.unique
        // A process knows its own sessions, and that says nothing of the others.
        let wanted = all.filter { onlyNode == nil || $0[0] == onlyNode }
        let elsewhere = all.filter { !wanted.contains($0) }.map { $0[0] }.unique.joined(separator: ", ")
        let rest = elsewhere.isEmpty ? [] : ["sessions of \(elsewhere): ask their own speakers"]
        guard !wanted.isEmpty else {
            return ExplanationStep("Sessions", .neutral, "\(onlyNode ?? "") has no session.", details: rest)
        }
        let sessions = wanted.compactMap { pair in peers.first { $0.node == pair[0] && $0.peer.peer == pair[1] } }
        let established = sessions.filter(\.peer.isEstablished).count
        var details = sessions.map { session in
            let error = session.peer.lastError.map { session.peer.isEstablished ? "" : ": \($0)" } ?? ""
            return "\(session.node) with \(session.peer.peer): \(session.peer.state)\(error)"
        }
        if let evidence {
            details += wanted.filter { pair in !sessions.contains { $0.node == pair[0] && $0.peer.peer == pair[1] } }
                .map { pair in "\(pair[0]) with \(pair[1]): not reported: \(evidence.silence(of: pair[0]))" }
        }
        // What a router does with a route is not part of BGP: no message says that its policy dropped it.
        if established > 0 { details.append(Explanation.routersOwn) }
        guard !sessions.isEmpty else {
            return ExplanationStep(
                "Sessions", evidence == nil ? .neutral : .expected,
                "No speaker reports any of the \(wanted.count) sessions.",
                details: details + rest)
        }
        return ExplanationStep(
            "Sessions", established == 0 ? .bad : established < wanted.count ? .warning : .good,
            "\(established) of \(wanted.count) established.", details: details + rest)
    }

    private static let routersOwn =
        "only the router knows whether it accepts the routes: `vtysh -c 'show bgp summary'` ((Policy): it has no policy), "
        + "or `birdc show route`"
}

// MARK: - What to do
extension Explanation {
    private var advice: [String] {
        guard service != nil else {
            if unread != nil {
                return ["Fix the connection of this process to the API server, or ask another process."]
            }
            return [
                reasonsForAbsence.isEmpty
                    ? "List the Services with `kubectl get services -A`, and write NAMESPACE/NAME."
                    : "Fix the objects that cannot be read."
            ]
        }
        guard let review else {
            if let service, ServiceSwitch.ignore.isOn(service) {
                return ["Remove the annotation \(ServiceSwitch.ignore.key) to let Martlet serve the Service."]
            }
            return [
                "To let Martlet serve it, set spec.type to LoadBalancer, and spec.loadBalancerClass to the class that Martlet serves."
            ]
        }
        var sentences: [String] = []
        if let reason = review.assignment.reason {
            sentences.append(Advice.sentence(for: reason.rawValue) ?? "")
        } else if review.assignment.addresses.isEmpty || !ungiven(review).isEmpty {
            sentences.append(
                "Check that a controller leads (`kubectl -n martlet-system get lease martlet-controller`), and read its log."
            )
        }
        guard isOfAnnouncing else { return sentences.filter { !$0.isEmpty } }
        var reasons = unannounced.map(\.reason.rawValue).unique
        // A node that cannot listen reaches no other: that says nothing about the others.
        if !obstacles.isEmpty || reasons.contains(NotAnnouncedReason.interfaceMissing.rawValue) {
            reasons.removeAll { $0 == NotAnnouncedReason.notHeard.rawValue }
        }
        // That is so as soon as one node is the owner; here it is not the cause.
        if reasons.count > 1 { reasons.removeAll { $0 == NotAnnouncedReason.notElected.rawValue } }
        if review.assignment.addresses.contains(where: { strangers[$0.address] != nil }) {
            reasons = (reasons + [NotAnnouncedReason.conflict.rawValue]).unique
        }
        if !obstacles.isEmpty { sentences.append("First fix the problem in the step Speaker.") }
        sentences += reasons.compactMap(Advice.sentence)
        if !review.assignment.addresses.isEmpty, !advertisements.contains(where: \.matches), reasons.isEmpty {
            sentences += [Advice.sentence(for: NotAnnouncedReason.noAdvertisement.rawValue) ?? ""]
        }
        if let evidence {
            let silent = Set(plan.layer2.map(\.node) + plan.bgp.map(\.node)).filter { evidence.speakers[$0] == nil }
            if !silent.isEmpty {
                sentences.append(
                    "Check the speaker of \(silent.sorted().joined(separator: ", ")): `kubectl -n martlet-system get pods "
                        + "-o wide`, and the DaemonSet martlet-speaker.")
            }
        }
        if let step = sessionStep, step.verdict == .bad {
            sentences.append("Check the sessions on the router, and with `martlet get peers -o wide`.")
        }
        if !sentences.isEmpty { sentences += troubles }
        return sentences.filter { !$0.isEmpty }.unique
    }

    /// How many problems are said in full.
    private static let mostTroubles = 5

    /// The problems that keep objects out of force, which may be the cause: the first of them in full.
    private var troubles: [String] {
        // Those about what is shown are a step.
        let problems = problems.filter { $0.isError && !concerns($0) }
        guard !problems.isEmpty else { return [] }
        let shown = problems.prefix(Explanation.mostTroubles).map { "Possible cause, fix it first: " + $0.sentence }
        let more = problems.count - shown.count
        return shown + (more > 0 ? ["\(more) more: `martlet get problems`, or `martlet check` for manifests."] : [])
    }
}

extension Explanation {
    /// Why no node announces what one should: by either protocol, or, if it is wanted by neither, at all. A conflict
    /// matters even where another protocol carries the address.
    private var unannounced: [NotAnnounced] {
        let (layer2, bgp) = (answered, advertised)
        let (layer2Wanted, bgpWanted) = (addresses(wantedBy: .layer2), addresses(wantedBy: .bgp))
        return plan.silent.filter { silence in
            let (done, wanted) = silence.protocol == .layer2 ? (layer2, layer2Wanted) : (bgp, bgpWanted)
            let isWanted = wanted.contains(silence.address)
            // What no advertisement of a protocol matches is not missed there, if one of the other does.
            let isWantedElsewhere = layer2Wanted.contains(silence.address) || bgpWanted.contains(silence.address)
            return silence.reason == .conflict || !done.contains(silence.address) && (isWanted || !isWantedElsewhere)
        }
    }
}

extension Array where Element: Hashable {
    /// Each element once, in the order in which it comes first.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
