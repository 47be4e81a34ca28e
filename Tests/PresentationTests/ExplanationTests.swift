import Addresses
import Announcement
import Assignment
import BGP
import ClusterConfiguration
import Foundation
import KubernetesModel
import Testing
import Timing

@testable import Presentation

@Suite("Explanations") struct ExplanationTests {
    // MARK: A Service with everything

    private static let nodes = ["n1", "n2", "n3"].map { NodeView($0) } + [NodeView("n4", drain: .cordon)]

    private static func service(_ change: (inout Service) -> Void = { _ in }) -> Service {
        var spec = ServiceSpec()
        spec.type = "LoadBalancer"
        spec.ipFamilies = ["IPv4"]
        spec.ports = [ServicePort(port: 80)]
        var service = Service(metadata: ObjectMeta(name: "web", namespace: "default"), spec: spec)
        change(&service)
        return service
    }

    private static func range(_ text: String) throws -> IPRange { try IPPrefix(text).range }

    /// Runs the decisions, as every command does.
    private static func explanation(
        pools: [Pool], layer2: [Layer2Advertisement] = [], bgp: [BGPRouteAdvertisement] = [], peers: [Peer] = [],
        service: Service,
        endpoints: ServiceEndpoints? = ServiceEndpoints(both: FamilyEndpoints(ready: ["n1": 1, "n2": 1])),
        sessions: [NodePeerEntry]? = nil
    ) -> Explanation {
        var assignment = AssignmentEngine()
        _ = assignment.handle([.pools(pools), .service(service, rank: 0)], at: .zero)
        var announcement = AnnouncementEngine(localNode: "n1")
        announcement.apply(
            Configuration(pools: pools, layer2Advertisements: layer2, bgpAdvertisements: bgp, peers: peers))
        announcement.apply(nodes)
        let addresses = assignment.assignment(of: service.name)?.addresses ?? []
        if var announced = AnnouncedService(
            service, addresses: addresses.map { .init($0.address, pool: $0.pool) }, endpoints: EndpointIndex())
        {
            announced.endpoints = endpoints
            announcement.apply(announced)
        }
        return Explanation(
            service.name, service: service, review: assignment.review(of: service.name),
            advertisements: announcement.advertisements(for: service.name),
            plan: announcement.plan(for: service.name), endpoints: endpoints, peers: sessions)
    }

    private static func whole() throws -> Explanation {
        let router = Peer(
            name: "tor-a", myASN: 64512, remoteAS: .number(64513),
            endpoint: .address(.v4(IPv4Address(10, 0, 0, 1)), zone: nil))
        return explanation(
            pools: [Pool(name: "lan", ranges: [try range("192.0.2.0/24")])],
            layer2: [Layer2Advertisement(name: "segment")], bgp: [BGPRouteAdvertisement(name: "tors")],
            peers: [router], service: service(),
            sessions: ["n1", "n2", "n3"].map { node in
                NodePeerEntry(
                    node: node,
                    peer: PeerEntry(
                        peer: "tor-a", address: "10.0.0.1", state: node == "n3" ? "Active" : "Established", since: nil,
                        prefixesSent: 1, lastError: node == "n3" ? "connection refused" : nil))
            })
    }

    private static func pending() throws -> Explanation {
        explanation(
            pools: [Pool(name: "lan", ranges: [try range("192.0.2.0/24")], autoAssign: false)], service: service())
    }

    private static func unannounced() throws -> Explanation {
        explanation(
            pools: [Pool(name: "lan", ranges: [try range("192.0.2.0/24")])],
            layer2: [Layer2Advertisement(name: "other", pools: .named(["dmz"]))], service: service())
    }

    // MARK: Screens

    @Test("screens", arguments: [80, 160]) func screens(width: Int) throws {
        for (name, explanation) in [
            ("whole", try Self.whole()), ("pending", try Self.pending()), ("unannounced", try Self.unannounced()),
        ] {
            let document = explanation.document
            try expectGolden(document.text(.table, Samples.layout(width)), "explain-\(name)-\(width)")
            for line in document.lines(Samples.layout(width)) { #expect(line.displayWidth <= width, "\(line)") }
        }
        try expectGolden(try Self.whole().document.text(.json, Samples.layout(80)), "explain-whole-json")
    }

    @Test("what a process answers is what a command shows") func roundTrip() throws {
        let document = try Self.whole().document
        #expect(try ExplanationDocument(jsonText: Array(document.json.text().utf8)) == document)
        #expect(throws: DocumentError.self) { try ExplanationDocument(jsonText: Array("{}".utf8)) }
    }

    // MARK: Verdicts

    @Test("a whole chain needs no advice") func good() throws {
        let document = try Self.whole().document
        #expect(document.isWhole)
        #expect(document.advice.isEmpty)
        #expect(
            document.steps.map(\.step) == [
                "Service", "Wants", "Pools", "Address", "Endpoints", "Advertised", "Layer 2", "BGP", "Sessions",
            ])
    }

    @Test("where the chain breaks, the step says so, and the advice what to do") func broken() throws {
        let rows: [(Explanation, step: String, advice: String)] = [
            (try Self.pending(), "Pools", "NoPools"), (try Self.unannounced(), "Advertised", "NoAdvertisement"),
            (
                Self.explanation(
                    pools: [Pool(name: "lan", ranges: [try Self.range("192.0.2.0/24")])],
                    layer2: [Layer2Advertisement(name: "all")], service: Self.service(),
                    endpoints: ServiceEndpoints.none),
                "Endpoints", "NoEndpoint"
            ),
        ]
        for row in rows {
            let document = row.0.document
            #expect(!document.isWhole)
            #expect(document.steps.first { $0.verdict == .bad }?.step == row.step)
            #expect(document.advice.contains(try #require(Advice.sentence(for: row.advice))), "\(document.advice)")
        }
    }

    @Test("an address that nobody announces breaks the chain, though another is announced") func halfAnnounced() throws
    {
        let router = Peer(
            name: "tor-a", myASN: 64512, remoteAS: .number(64513),
            endpoint: .address(.v4(IPv4Address(10, 0, 0, 1)), zone: nil))
        let pools = [
            Pool(name: "lan", ranges: [try Self.range("192.0.2.0/24"), try Self.range("2001:db8::/120")])
        ]
        let dual = Self.service { $0.spec?.ipFamilies = ["IPv4", "IPv6"] }
        func explanation(_ layer2: [Layer2Advertisement]) -> ExplanationDocument {
            Self.explanation(
                pools: pools, layer2: layer2, bgp: [BGPRouteAdvertisement(name: "tors")], peers: [router], service: dual
            ).document
        }
        let alone = explanation([])
        #expect(!alone.isWhole)
        let step = try #require(alone.steps.first { $0.step == "BGP" })
        #expect(step.verdict == .bad && step.summary.contains("No node advertises 2001:db8::1."), "\(step)")
        #expect(alone.advice.contains(try #require(Advice.sentence(for: "PeerNotSelected"))), "\(alone.advice)")
        // What layer 2 announces is announced.
        let both = explanation([Layer2Advertisement(name: "segment")])
        #expect(both.isWhole && both.steps.first { $0.step == "BGP" }?.verdict == .warning)
    }

    @Test("endpoints are said by family where they differ, and where they terminate") func endpoints() throws {
        let pools = [
            Pool(name: "lan", ranges: [try Self.range("192.0.2.0/24"), try Self.range("2001:db8::/120")])
        ]
        let four = FamilyEndpoints(ready: ["n1": 1], terminating: ["n2": 1])
        let rows: [([AddressFamily: FamilyEndpoints], ExplanationStep.Verdict, String)] = [
            ([.ipv4: four, .ipv6: four], .good, "Ready on n1, terminating on n2."),
            ([.ipv4: FamilyEndpoints(terminating: ["n2": 1])], .bad, "IPv4: Terminating on n2. IPv6: None is ready"),
            (
                [.ipv4: four, .ipv6: FamilyEndpoints(isUsable: true)], .good,
                "IPv4: Ready on n1, terminating on n2. IPv6: Ready."
            ),
            ([:], .bad, "None is ready, so no node announces."),
        ]
        for (endpoints, verdict, summary) in rows {
            let document = Self.explanation(
                pools: pools, layer2: [Layer2Advertisement(name: "all")],
                service: Self.service {
                    $0.spec?.ipFamilies = ["IPv4", "IPv6"]
                    $0.spec?.externalTrafficPolicy = "Local"
                }, endpoints: ServiceEndpoints(endpoints)
            ).document
            let step = try #require(document.steps.first { $0.step == "Endpoints" })
            #expect(step.verdict == verdict && step.summary.hasPrefix(summary), "\(step)")
        }
    }

    /// How many problems there are, and the lines of the advice about them.
    static let troubleRows: [(count: Int, lines: Int)] = [(0, 0), (1, 1), (5, 5), (6, 6), (84, 6)]

    @Test(
        "what keeps objects out of force is said in full where the chain is broken, and not where it is whole",
        arguments: troubleRows)
    func troubles(row: (count: Int, lines: Int)) throws {
        let problems = (0..<row.count).map { number in
            ProblemEntry(
                severity: "error", object: "BGPPeer/martlet-system/tor-\(number)", field: "spec.passwordSecret",
                message: "Secret martlet-system/tor-key does not exist.")
        }
        var broken = try Self.unannounced()
        let before = broken.document.advice.count
        broken.problems = problems
        let advice = broken.document.advice.dropFirst(before)
        #expect(advice.count == row.lines, "\(advice)")
        #expect(
            advice.first.map {
                $0.contains(
                    "BGPPeer/martlet-system/tor-0: spec.passwordSecret: Secret martlet-system/tor-key does not exist.")
            } ?? (row.count == 0))
        #expect(advice.last?.hasPrefix("79 more: `martlet get problems`") == true || row.count != 84)
        var whole = try Self.whole()
        whole.problems = problems
        #expect(whole.document.advice.isEmpty)
    }

    @Test("one process judges its own sessions alone, and says who knows the others") func ownSessions() throws {
        var explanation = try Self.whole()
        explanation.peers = explanation.peers?.filter { $0.node == "n1" }
        explanation.onlyNode = "n1"
        let step = try #require(explanation.document.steps.first { $0.step == "Sessions" })
        #expect(step.verdict == .good && step.summary == "1 of 1 established.", "\(step)")
        #expect(step.details.last == "sessions of n2, n3: ask their own speakers")
        explanation.onlyNode = "n4"
        explanation.peers = []
        let none = try #require(explanation.document.steps.first { $0.step == "Sessions" })
        #expect(none.verdict == .neutral && none.summary == "n4 has no session.")
        #expect(explanation.document.isWhole)
    }

    @Test("what is so for both families is said once; what is so for one, with the address") func families() throws {
        let pools = [Pool(name: "lan", ranges: [try Self.range("192.0.2.0/24"), try Self.range("2001:db8::/120")])]
        let dual = Self.service { $0.spec?.ipFamilies = ["IPv4", "IPv6"] }
        let router = Peer(
            name: "tor-a", myASN: 64512, remoteAS: .number(64513),
            endpoint: .address(.v4(IPv4Address(10, 0, 0, 1)), zone: nil))
        let document = Self.explanation(
            pools: pools,
            layer2: [
                Layer2Advertisement(name: "segment"), Layer2Advertisement(name: "other", pools: .named(["dmz"])),
            ],
            bgp: [BGPRouteAdvertisement(name: "tors")], peers: [router], service: dual
        ).document
        for step in document.steps { #expect(Set(step.details).count == step.details.count, "\(step)") }
        let advertised = try #require(document.steps.first { $0.step == "Advertised" })
        #expect(advertised.details.filter { $0.contains("segment") } == ["L2Advertisement segment: on every node"])
        #expect(advertised.details.filter { $0.contains("other") }.count == 1)
        // BGP carries IPv4 alone.
        let bgp = try #require(document.steps.first { $0.step == "BGP" })
        #expect(bgp.details.contains { $0.contains(" for 2001:db8::") && $0.contains("PeerNotSelected") }, "\(bgp)")
    }

    @Test("without endpoints the advice is about these, not about advertisements of the other protocol")
    func withoutEndpoints() throws {
        let document = Self.explanation(
            pools: [Pool(name: "lan", ranges: [try Self.range("192.0.2.0/24")])],
            layer2: [Layer2Advertisement(name: "segment")],
            bgp: [BGPRouteAdvertisement(name: "other", pools: .named(["dmz"]))], service: Self.service(),
            endpoints: ServiceEndpoints.none
        ).document
        #expect(document.advice == [try #require(Advice.sentence(for: "NoEndpoint"))])
    }

    @Test("beside a conflict nothing is called right: the step is broken, and the advice is about the conflict")
    func conflict() throws {
        var explanation = try Self.whole()
        explanation.plan.bgp = []
        explanation.peers = nil
        explanation.strangers = [.v4(IPv4Address(192, 0, 2, 0)): "02:00:00:00:00:99 on eth0 has the address."]
        let document = explanation.document
        let step = try #require(document.steps.first { $0.step == "Layer 2" })
        #expect(step.verdict == .bad && step.details.first == "02:00:00:00:00:99 on eth0 has the address.")
        let advice = try #require(Advice.sentence(for: "Conflict"))
        #expect(document.advice.contains(advice))
        #expect(!document.advice.contains { $0.contains("Nothing is wrong") }, "\(document.advice)")
        // An address of another Service's is no matter.
        explanation.strangers = [.v4(IPv4Address(192, 0, 2, 77)): "m"]
        #expect(explanation.document.steps.first { $0.step == "Layer 2" }?.verdict == .good)
        #expect(!explanation.document.advice.contains(advice))
    }

    @Test("a Service that could not be read is said to be that, with what is wrong") func unreadable() {
        let name = NamespacedName(namespace: "default", name: "web")
        let problems = [
            ProblemEntry(severity: "error", object: "Service/default/web", field: "spec.ports", message: "no list"),
            ProblemEntry(severity: "error", object: "Service/default/api", field: "spec.ports", message: "another"),
        ]
        let document = Explanation(name, service: nil, problems: problems).document
        #expect(document.steps[0].details == ["spec.ports: no list"])
        #expect(document.advice == ["Fix the objects that cannot be read."])
    }

    @Test("where only the addresses are known, or only why there are none, nothing else is made up") func ofSpeaker() {
        let service = Self.service()
        let waiting = ServiceAssignment(
            service: service.name, addresses: [], reason: .poolExhausted, message: "every pool is full")
        let pending = Explanation(
            service.name, service: service, review: ServiceReview(assignment: waiting, families: [], pools: [])
        ).document
        #expect(pending.steps.map(\.step) == ["Service", "Address"])
        #expect(pending.steps[1].summary.contains("PoolExhausted: every pool is full"))
        var assigned = Explanation(
            service.name, service: service,
            review: ServiceReview(
                assignment: ServiceAssignment(
                    service: service.name, addresses: [.init(address: .v4(IPv4Address(192, 0, 2, 1)), pool: "lan")]),
                families: [.ipv4], pools: []))
        assigned.isOfAnnouncing = false
        #expect(assigned.document.isWhole && assigned.document.steps.last?.step == "Address")
    }

    @Test("a Service that is not there, or not Martlet's, is told so") func foreign() {
        let name = NamespacedName(namespace: "default", name: "web")
        let rows: [(Explanation, String)] = [
            (Explanation(name, service: nil), "There is no Service default/web."),
            (Explanation(name, service: Self.service { $0.spec?.type = nil }), "ClusterIP"),
            (Explanation(name, service: Self.service { $0.spec?.loadBalancerClass = "a.b/c" }), "of class a.b/c"),
            (
                Explanation(name, service: Self.service { $0.metadata.annotations = ["martlet.dev/ignore": "true"] }),
                "Martlet ignores it"
            ),
        ]
        for (explanation, word) in rows {
            let document = explanation.document
            #expect(document.steps.count == 1)
            #expect(document.steps[0].summary.contains(word))
            #expect(!document.isWhole && !document.advice.isEmpty)
        }
    }

    // MARK: Advice

    @Test("every reason word that there is has its advice, and no advice is for a word that there is not")
    func advice() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var words: Set<String> = []
        for file in [
            "Sources/Decisions/Assignment/AssignmentReason.swift",
            "Sources/Decisions/Announcement/NotAnnouncedReason.swift",
        ] {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            for match in text.matches(of: /rawValue: "([A-Za-z]+)"/) { words.insert(String(match.1)) }
        }
        #expect(words.count >= 23)
        #expect(Advice.reasons == words)
        for word in words {
            let sentence = try #require(Advice.sentence(for: word))
            #expect(sentence.hasSuffix(".") && sentence.count > 30, "\(word)")
        }
    }
}
