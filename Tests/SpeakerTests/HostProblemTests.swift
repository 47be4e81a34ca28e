import Addresses
import Announcement
import ClusterConfiguration
import Interfaces
import KubernetesModel
import NetworkIO
import NodeDecisions
import Speaker
import Testing

@Suite("What is wrong with the host is said") struct HostProblemTests {
    /// The Nodes, the name given, and what the message must have; `nil`: no problem.
    static let names: [(nodes: [String], name: String, says: [String]?)] = [
        ([], "n1", nil),
        (["n1", "n2"], "n1", nil),
        (["n1", "n2", "n3"], "n1.example.com", ["no Node n1.example.com", "n1, n2, n3", "use n1 for", "--node-name"]),
        (["n1.example.com", "n2.example.com"], "N1", ["no Node N1", "use n1.example.com for"]),
        (["n1.a", "n1.b"], "n1", ["use one of these names"]),
        (["n1", "n2"], "host-7", ["n1, n2", "use one of these names"]),
        ((1...40).map { "node-\($0)" }, "n1", ["node-1, node-10", "and 30 more"]),
    ]

    @Test("a name that no Node has, with the names there are", arguments: names)
    func nodeName(row: (nodes: [String], name: String, says: [String]?)) throws {
        var core = SpeakerCore(node: row.name)
        _ = core.handle(.updated(SpeakerUpdate(nodes: row.nodes.map { Node(metadata: ObjectMeta(name: $0)) })))
        let problem = core.nodeProblem
        #expect((problem == nil) == (row.says == nil), "\(String(describing: problem))")
        for part in row.says ?? [] {
            #expect(problem?.message.contains(part) == true, "\(part): \(String(describing: problem))")
        }
        #expect(core.hostProblems == [problem].compactMap(\.self))
        // The Node comes: all is well.
        _ = core.handle(.updated(SpeakerUpdate(nodes: [Node(metadata: ObjectMeta(name: row.name))])))
        #expect(core.nodeProblem == nil)
    }

    private static func interface(
        _ index: CInt, _ name: String, kind: String? = nil, isUp: Bool = true, master: CInt? = nil,
        address: String? = nil
    ) throws -> Interface {
        Interface(
            index: index, name: name, hardwareAddress: MACAddress(2, 0, 0, 0, 0, UInt8(index)), kind: kind, isUp: isUp,
            masterIndex: master,
            addresses: try address.map { [InterfaceAddress(address: try IPAddress($0), prefixLength: 24)] } ?? [])
    }

    /// A bridge with an address and a physical port, a second interface, one that is down, and one without an address.
    static func table() throws -> InterfaceTable {
        InterfaceTable([
            try interface(2, "br0", kind: "bridge", address: "192.0.2.1"), try interface(3, "p0", master: 2),
            try interface(4, "eth1", address: "198.51.100.1"), try interface(5, "eth2", isUp: false),
            try interface(6, "eth3"),
        ])
    }

    /// What an advertisement names, what is said of it, and what the Service's silence says; `nil`: nothing.
    static let selections: [(names: Set<String>, problem: [String]?, silence: [String]?)] = [
        (
            ["p0"], ["On n1", "p0: it is a port of the bridge br0: use br0", "br0, eth1"],
            ["p0: it is a port of the bridge br0"]
        ),
        (["p9"], ["p9: there is no such interface", "br0, eth1"], ["p9: there is no such interface"]),
        (["eth2"], ["eth2: it is down"], ["eth2: it is down"]),
        (["lo0", "p0"], ["lo0: there is no such interface; p0: it is a port"], ["lo0", "p0"]),
        (["br0"], nil, nil),
        // Named, it need not have an address.
        (["eth3"], nil, nil),
        // Another one can be used: what can never be is said, what may come up is not.
        (["br0", "p0"], ["p0: it is a port of the bridge br0", "not used"], nil),
        (["br0", "eth2"], nil, nil), (["br0", "p9"], nil, nil),
    ]

    @Test("an interface that an advertisement names in vain, with the obstacle", arguments: selections)
    func namedInterface(row: (names: Set<String>, problem: [String]?, silence: [String]?)) throws {
        var core = SpeakerCore(node: "n1")
        let web = NamespacedName(namespace: "default", name: "web")
        _ = core.handle(.linksChanged(try Self.table()))
        _ = core.handle(
            .updated(
                SpeakerUpdate(
                    configuration: Configuration(
                        layer2Advertisements: [Layer2Advertisement(name: "l2", interfaces: .named(row.names))]),
                    nodes: [Node(metadata: ObjectMeta(name: "n1"))],
                    services: [AnnouncedService(web, addresses: [.init(try IPAddress("192.0.2.10"), pool: "lan")])])))
        let problems = core.hostProblems
        #expect(problems.count == (row.problem == nil ? 0 : 1), "\(problems)")
        for part in row.problem ?? [] {
            #expect(problems.first?.description.contains(part) == true, "\(part): \(problems)")
        }
        let silence = core.engine.plan(for: web).silent.first { $0.node == "n1" }
        #expect((silence == nil) == (row.silence == nil), "\(String(describing: silence))")
        for part in row.silence ?? [] {
            #expect(silence?.reason == .interfaceMissing)
            #expect(silence?.message.contains(part) == true, "\(part): \(String(describing: silence))")
        }
    }

    @Test("no suitable interface at all, the likely ones first; other nodes' advertisements are no matter")
    func noSuitableInterface() throws {
        var core = SpeakerCore(node: "n1")
        var advertisement = Layer2Advertisement(name: "l2")
        let veths = try (10..<40).map { try Self.interface($0, "cali\($0)", kind: "veth", master: 2) }
        _ = core.handle(
            .linksChanged(InterfaceTable(veths + [try Self.interface(2, "docker0", kind: "bridge", isUp: false)])))
        func tell() {
            _ = core.handle(
                .updated(
                    SpeakerUpdate(
                        configuration: Configuration(layer2Advertisements: [advertisement]),
                        nodes: [Node(metadata: ObjectMeta(name: "n1", labels: ["zone": "a"]))])))
        }
        tell()
        let message = core.hostProblems.first?.message ?? ""
        #expect(message.contains("No interface of the node is suitable: docker0: it is down; cali10"), "\(message)")
        #expect(message.contains("and 23 more"), "\(message)")
        advertisement.nodeSelectors = [ClusterConfiguration.Selector(matchLabels: ["zone": "b"])]
        tell()
        #expect(core.hostProblems.isEmpty)
    }
}
