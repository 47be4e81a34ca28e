import ClusterConfiguration
import KubernetesModel
import Manifests
import Presentation
import Testing
import Timing

/// What the commands make of a cluster's objects and of what its speakers have written.
@Suite("A look at a cluster") struct ClusterSnapshotTests {
    static let objects = """
        apiVersion: v1
        kind: Node
        metadata: {name: n1}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: n2}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.19"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: L2Advertisement
        metadata: {name: segment, namespace: martlet-system}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPAdvertisement
        metadata: {name: tors, namespace: martlet-system}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPPeer
        metadata: {name: tor, namespace: martlet-system}
        spec: {myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {type: LoadBalancer, ports: [{port: 80}]}
        status: {loadBalancer: {ingress: [{ip: 192.0.2.10}]}}

        """

    static func speaker(_ name: String, _ change: (inout SpeakerStatus) -> Void = { _ in }) -> SpeakerReport {
        var status = SpeakerStatus()
        status.version = "0.1.0"
        change(&status)
        return SpeakerReport(metadata: ObjectMeta(name: name, namespace: "martlet-system"), status: status)
    }

    static func session(_ state: String) -> SpeakerStatus.Session {
        SpeakerStatus.Session(
            peer: "tor", address: "10.0.0.1", state: state, since: nil, prefixesSent: 1, bfd: nil, lastError: nil)
    }

    static func look(_ speakers: [SpeakerReport]) -> ClusterSnapshot {
        var look = ClusterSnapshot()
        look.reading = ManifestReader.read([ManifestFile(name: "all.yaml", text: objects)])
        look.speakers = speakers
        return look
    }

    /// What n1 reports, and what is shown of its route.
    static let sessions: [(state: String?, shown: String, isUnsent: Bool)] = [
        ("Established", "Established", false), ("Active", "Active", true), ("Idle", "Idle", true),
        (nil, "Unreported", false),
    ]

    @Test("A route is shown with the session that is to carry it, as its speaker reports it", arguments: sessions)
    func routes(row: (state: String?, shown: String, isUnsent: Bool)) throws {
        let speaker = Self.speaker("n1") { $0.sessions = row.state.map { [Self.session($0)] } }
        let status = Self.look([speaker]).status(loadBalancerClass: nil)
        let route = try #require(status.announcements.first { $0.isBGP && $0.node == "n1" })
        #expect(route.session == row.shown && route.isUnsent == row.isUnsent)
        #expect(status.routes.first { $0.node == "n1" }?.session == row.shown)
    }

    @Test("A speaker's addresses are those that it counts, with since when, beyond what its object lists")
    func addresses() throws {
        let since = "2026-01-01T00:00:00Z"
        let speaker = Self.speaker("n1") {
            $0.addresses = [.init(service: "default/web", ip: "192.0.2.10", interfaces: nil, since: since)]
            $0.addressCount = 250
        }
        let status = Self.look([speaker, Self.speaker("n2") { $0.addressCount = 0 }]).status(loadBalancerClass: nil)
        #expect(status.speakers.map(\.layer2Addresses) == [250, 0])
        let owner = try #require(status.announcements.first { !$0.isBGP })
        #expect(owner.node == "n1" && owner.since == Timestamp(since))
    }

    @Test("A speaker of no Node is named, in the list of speakers, the problems and the explanation") func stray()
        throws
    {
        let look = Self.look([Self.speaker("n1"), Self.speaker("n1.example.com")])
        let status = look.status(loadBalancerClass: nil)
        let stray = try #require(status.speakers.first { $0.node == "n1.example.com" })
        #expect(stray.notReady.first?.contains("no Node has that name") == true)
        #expect(status.speakers.first { $0.node == "n1" }?.notReady == [])
        let problems = status.documents.flatMap(\.problems)
        #expect(problems.map(\.object) == ["Speaker/n1.example.com", "DaemonSet/martlet-speaker"])
        let explanation = look.explanation(
            of: NamespacedName(namespace: "default", name: "web"), look.decisions(loadBalancerClass: nil), [:])
        let step = try #require(explanation.steps.first { $0.step == "Speaker" })
        #expect(step.verdict == .warning && step.summary.contains("--node-name"))
    }

    /// The nodes whose speakers report, and what is said of the others.
    static let reporting: [(speakers: [String], severity: String?, says: String)] = [
        (["n1", "n2"], nil, ""), (["n1"], "note", "No speaker reports from n2."), ([], "error", "nothing is announced"),
    ]

    @Test("Nodes of which no speaker reports are a note, all of them an error", arguments: reporting)
    func unreported(row: (speakers: [String], severity: String?, says: String)) {
        let list = Resource.problems.list(
            from: Self.look(row.speakers.map { Self.speaker($0) }).status(loadBalancerClass: nil))
        let problem = list.status.problems.first { $0.problem.object == "DaemonSet/martlet-speaker" }?.problem
        #expect(problem?.severity == row.severity && problem?.message.contains(row.says) ?? true)
        #expect(list.hasError == (row.severity == "error"))
    }

    // MARK: Evidence

    /// A case of the field, what is written in the cluster, and what explain says of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let step: String
        let verdict: ExplanationStep.Verdict
        let says: String
        let isWhole: Bool
        let change: @Sendable (inout ClusterSnapshot) -> Void

        init(
            _ name: String, _ step: String, _ verdict: ExplanationStep.Verdict, _ says: String, isWhole: Bool = false,
            _ change: @escaping @Sendable (inout ClusterSnapshot) -> Void
        ) {
            testDescription = name
            self.step = step
            self.verdict = verdict
            self.says = says
            self.isWhole = isWhole
            self.change = change
        }
    }

    static let now = "2026-01-01T12:00:00Z"

    /// A node's speaker that does all that it should.
    static func healthy(_ node: String) -> SpeakerReport {
        speaker(node) {
            $0.reported = "2026-01-01T11:59:40Z"
            $0.sessions = [session("Established")]
            $0.addresses =
                node == "n1"
                ? [.init(service: "default/web", ip: "192.0.2.10", interfaces: nil, since: "2026-01-01T00:00:00Z")] : []
            $0.conditions = [Condition(type: "Ready", status: "True", reason: "Announcing", message: "")]
        }
    }

    static func lease(_ holder: String?, _ renewed: String) -> LeadershipReport {
        .lease(
            Lease(
                metadata: ObjectMeta(name: "martlet-controller", namespace: "martlet-system"),
                spec: LeaseSpec(holderIdentity: holder, leaseDurationSeconds: 15, renewTime: renewed)))
    }

    static let cases: [Case] = [
        Case("healthy", "Layer 2", .good, "n1 answers for 192.0.2.10", isWhole: true) { _ in },
        Case("37: whether the router takes it", "Sessions", .good, "vtysh -c 'show bgp summary'", isWhole: true) { _ in
        },
        Case("18, 52: the owner's speaker lists no such address", "Layer 2", .bad, "does not report 192.0.2.10") {
            for index in $0.speakers.indices { $0.speakers[index].status?.addresses = [] }
        },
        Case("52: the owner's speaker is not ready", "Layer 2", .warning, "CAP_NET_RAW is missing", isWhole: true) {
            $0.speakers[0].status?.conditions = [
                Condition(type: "Ready", status: "False", reason: "NotReady", message: "CAP_NET_RAW is missing")
            ]
        },
        Case("c74: no speaker at all", "Speaker", .bad, "No speaker reports") { $0.speakers = [] },
        Case("c74: no speaker at all, the owner", "Layer 2", .expected, "there is no Speaker object") {
            $0.speakers = []
        },
        Case("c74: no speaker at all, the routes", "BGP", .expected, "no speaker reports an established session") {
            $0.speakers = []
        },
        Case("24: no speaker on the owner", "Layer 2", .expected, "n1: no speaker reports from it") {
            $0.speakers.removeFirst()
            $0.reading.state.nodes.removeLast()
        },
        Case("c54, c77: the owner's report is old", "Layer 2", .expected, "n1: its speaker has not reported for 4m") {
            $0.speakers[0].status?.reported = "2026-01-01T11:56:00Z"
        },
        Case("c55: no controller has ever led", "Address", .bad, "there is no Lease martlet-controller") {
            unassign(&$0)
            $0.leadership = .absent
        },
        Case("c55: the leader is gone", "Address", .bad, "the Lease of c-1 has expired, renewed 60m ago") {
            unassign(&$0)
            $0.leadership = lease("c-1", "2026-01-01T11:00:00.000000Z")
        },
        Case(
            "c55: a leader that has not assigned", "Address", .bad, "The controller c-1 leads, its Lease renewed 5s ago"
        ) {
            unassign(&$0)
            $0.leadership = lease("c-1", "2026-01-01T11:59:55.000000Z")
        },
        problem("10", "BGPPeer/martlet-system/tor", "Secret martlet-system/tor-key does not exist"),
        problem("11", "BGPPeer/martlet-system/tor", "BFDProfile fast does not exist"),
        problem("12", "BGPPeer/martlet-system/tor-again", "same router as tor"),
        problem("46", nil, "eth0: 0 of 2 nodes are reachable: UDP 3784"),
        problem("53", nil, "cannot write /var/lib/martlet: No space left on device"),
    ]

    /// A problem that the owner's speaker reports: the chain is not called healthy without it.
    static func problem(_ name: String, _ object: String?, _ message: String) -> Case {
        Case("\(name): \(message)", "Problems", .warning, message, isWhole: true) {
            $0.speakers[0].status?.problems = [.init(severity: "error", object: object, field: nil, message: message)]
        }
    }

    private static func unassign(_ look: inout ClusterSnapshot) {
        for index in look.reading.state.services.indices { look.reading.state.services[index].status = nil }
    }

    @Test("A failure in a cluster → the step that names it, and whether the chain is whole", arguments: cases)
    func evidence(row: Case) throws {
        var look = Self.look([Self.healthy("n1"), Self.healthy("n2")])
        look.taken = Timestamp(Self.now)
        row.change(&look)
        let document = look.explanation(
            of: NamespacedName(namespace: "default", name: "web"), look.decisions(loadBalancerClass: nil), [:])
        let step = try #require(document.steps.first { $0.step == row.step }, "\(document)")
        #expect(step.verdict == row.verdict, "\(step)")
        #expect(([step.summary] + step.details).contains { $0.contains(row.says) }, "\(step)")
        #expect(document.isWhole == row.isWhole, "\(document)")
    }

    @Test("A speaker that has not reported for long is not ready, though its last report says so") func stale() throws {
        var look = Self.look([Self.healthy("n1"), Self.healthy("n2")])
        look.taken = Timestamp(Self.now)
        look.speakers[1].status?.reported = "2026-01-01T11:58:00Z"
        let status = look.status(loadBalancerClass: nil)
        #expect(status.speakers.first { $0.node == "n1" }?.notReady == [])
        #expect(status.speakers.first { $0.node == "n2" }?.notReady.first?.contains("not reported for 2m") == true)
        #expect(Resource.problems.list(from: status).hasError)
    }
}
