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
}
