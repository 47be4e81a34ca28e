import Addresses
import BFD
import Glibc
import Interfaces
import Logging
import NetworkIO
import SystemIO
import TestSupport
import Testing
import Timing
import WireCodec

@testable import NodeDecisions
@testable import Speaker

/// Nodes with an engine each, in namespaces on one bridge.
private final class Lab: Sendable {
    let bridge: NetworkNamespace
    let nodes: [LabNode]

    init(_ names: [String], settings: LivenessSettings = LivenessSettings()) async throws {
        bridge = try NetworkNamespace("switch")
        try bridge.addBridge("br0")
        var nodes: [LabNode] = []
        for (number, name) in names.enumerated() {
            nodes.append(try await LabNode(name, number: number + 1, of: names, on: bridge, settings: settings))
        }
        self.nodes = nodes
    }

    /// Waits until every node hears every other.
    func meet() async throws {
        for node in nodes {
            let others = Set(nodes.map(\.name)).subtracting([node.name])
            try await node.wait { $0.upNodes(onInterface: "eth0") == others }
        }
    }

    /// Cuts a node off on the bridge's side: its own carrier stays.
    func cut(_ node: LabNode) throws { try bridge.ip("link set \(node.port) nomaster") }
    func mend(_ node: LabNode) throws { try bridge.ip("link set \(node.port) master br0") }

    func stop() { for node in nodes { node.engine.stop() } }
}

private final class LabNode: Sendable {
    let name: String
    let namespace: NetworkNamespace
    let engine: LivenessEngine
    let port: String
    let changes = Locked<[(at: Instant, change: LivenessChange)]>([])
    /// How many changes had been told each time that all had settled.
    let settled = Locked<[Int]>([])

    init(
        _ name: String, number: Int, of names: [String], on bridge: NetworkNamespace, settings: LivenessSettings
    ) async throws {
        self.name = name
        port = "p\(number)"
        namespace = try NetworkNamespace(name)
        try bridge.connect(port, to: namespace, "eth0")
        try bridge.ip("link set \(port) master br0")
        try namespace.ip("address add 192.0.2.\(number)/24 dev eth0")
        try namespace.ip("address add fe80::\(number)/64 dev eth0 nodad")
        let index = try await namespace.run("cat", "/sys/class/net/eth0/ifindex").output
        let (changes, settled) = (changes, settled)
        engine = try await namespace.onThread {
            try LivenessEngine(
                node: name, settings: settings, logger: Logger(label: "test"),
                onChange: { change in
                    let now = UptimeClock.now
                    changes.withLock { $0.append((now, change)) }
                },
                onListened: { segments in
                    guard segments.interfaces == ["eth0"] else { return }
                    let count = changes.value.count
                    settled.withLock { $0.append(count) }
                })
        }
        engine.apply(nodes: names)
        let eth0 = InterfaceForLiveness(
            index: Int32(index.filter(\.isNumber)) ?? 0, name: "eth0", families: [.ipv4, .ipv6])
        engine.apply(interfaces: [eth0])
    }

    /// Waits for a state; fails after ten seconds.
    func wait(until holds: (LivenessSnapshot) -> Bool) async throws {
        let deadline = UptimeClock.now.advanced(by: .seconds(10))
        while true {
            let snapshot = await engine.snapshot()
            if holds(snapshot) { return }
            guard UptimeClock.now < deadline else { throw TestFailure("\(name): \(snapshot)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// When it was told that `node` went down, after `moment`.
    func loss(of node: String, after moment: Instant) -> (at: Instant, change: LivenessChange)? {
        changes.value.first { $0.at >= moment && $0.change.node == node && !$0.change.isUp }
    }
}

private func milliseconds(_ duration: Duration) -> String { "\(Int(duration.inSeconds * 10_000) / 10) ms" }

@Suite("Liveness on the wire", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct LivenessKernelTests {
    @Test("Three nodes hear each other over both families, and one cut off without loss of carrier is lost in time")
    func cut() async throws {
        let lab = try await Lab(["n1", "n2", "n3"])
        defer { lab.stop() }
        try await lab.meet()
        for node in lab.nodes { try await node.wait { $0.isSettled } }
        #expect(lab.nodes[0].settled.value.count == 1)
        // The last to begin has heard all others by then, over both families.
        #expect(lab.nodes[2].settled.value.first ?? 0 >= 2)
        // Address of the family that comes first.
        let members = await lab.nodes[0].engine.snapshot().segments[0].members
        #expect(members.map(\.address) == [.v4(IPv4Address(192, 0, 2, 2)), .v4(IPv4Address(192, 0, 2, 3))])

        for round in 1...5 {
            try await Task.sleep(for: .milliseconds(300))
            let moment = UptimeClock.now
            try lab.cut(lab.nodes[2])
            let isCut = UptimeClock.now
            try await lab.nodes[0].wait { $0.upNodes(onInterface: "eth0") == ["n2"] }
            try await lab.nodes[1].wait { $0.upNodes(onInterface: "eth0") == ["n1"] }
            for node in lab.nodes.prefix(2) {
                let loss = try #require(node.loss(of: "n3", after: moment))
                // Cut at some time from `moment` to `isCut`, which is a command's run; the last packet had left up to one
                // interval before.
                let took = isCut.duration(to: loss.at)
                print("liveness: round \(round): \(node.name) lost n3 \(milliseconds(took)) after it was cut off")
                #expect(moment.duration(to: loss.at) > .milliseconds(190) && took < .milliseconds(270))
                #expect(loss.change.state == .down)
            }
            // Nobody else was lost by anybody but the one cut off.
            #expect(lab.nodes[0].loss(of: "n2", after: .zero) == nil)
            try await lab.nodes[2].wait { $0.upNodes(onInterface: "eth0") == [] }
            try lab.mend(lab.nodes[2])
            try await lab.meet()
        }
    }

    @Test("A node that leaves says so, and is gone for the others at once")
    func leaving() async throws {
        let lab = try await Lab(["n1", "n2"])
        defer { lab.stop() }
        try await lab.meet()
        let moment = UptimeClock.now
        lab.nodes[1].engine.leave()
        try await lab.nodes[0].wait { $0.upNodes(onInterface: "eth0") == [] }
        let loss = try #require(lab.nodes[0].loss(of: "n2", after: moment))
        print("liveness: a farewell was heard after \(milliseconds(moment.duration(to: loss.at)))")
        #expect(moment.duration(to: loss.at) < .milliseconds(20))
        #expect(loss.change.state == .adminDown)
        // The one that leaves goes on listening, until it is stopped.
        #expect(await lab.nodes[1].engine.snapshot().upNodes(onInterface: "eth0") == ["n1"])
        lab.nodes[1].engine.stop()
        #expect(moment.duration(to: UptimeClock.now) < .seconds(2))
    }

    @Test(
        "Packets of others are dropped and counted: a hop limit of 254, an unknown sender, nonsense; nobody else is harmed"
    )
    func strangers() async throws {
        let lab = try await Lab(["n1", "n2"])
        defer { lab.stop() }
        try await lab.meet()
        let stranger = try NetworkNamespace("stranger")
        try stranger.connect("eth0", to: lab.bridge, "ps")
        try lab.bridge.ip("link set ps master br0")
        try stranger.ip("address add 192.0.2.99/24 dev eth0")
        let index = Int32(try await stranger.run("cat", "/sys/class/net/eth0/ifindex").output.filter(\.isNumber)) ?? 0
        let n2 = NodeIdentities(["n2"]).discriminator(of: "n2") ?? 0
        func packet(_ discriminator: UInt32) -> ControlPacket {
            ControlPacket(
                state: .adminDown, detectMultiplier: 5, myDiscriminator: discriminator,
                desiredMinTxInterval: .milliseconds(50), isDemand: true, isMultipoint: true)
        }
        let datagrams: [([UInt8], UInt8)] = [
            (packet(n2).octets, 254), (packet(n2).octets, 1), (packet(0x1234_5678).octets, 255), ([1, 2, 3], 255),
            ([UInt8](repeating: 0xFF, count: 1400), 255), ([], 255),
        ]
        try await stranger.onThread {
            for (octets, hopLimit) in datagrams {
                let socket = try MulticastSocket(
                    interface: index,
                    options: .init(
                        group: .v4(Registry.multicastGroupIPv4), port: Registry.singleHopPort,
                        sourcePorts: Registry.sourcePorts, hopLimit: hopLimit))
                try socket.send(octets)
            }
        }
        try await lab.nodes[0].wait { snapshot in
            let drops = snapshot.segments[0].drops
            return drops[.hopLimitTooLow] == 2 && drops[.unknownSender] == 1 && drops[.truncated] == 2
                && drops[.unsupportedVersion] == 1
        }
        #expect(await lab.nodes[0].engine.snapshot().upNodes(onInterface: "eth0") == ["n2"])
        #expect(lab.nodes[0].loss(of: "n2", after: .zero) == nil)
    }

    @Test("An interface that vanishes costs no processor time; one that comes back under its name is used again")
    func vanished() async throws {
        let lab = try await Lab(["n1", "n2"])
        defer { lab.stop() }
        try await lab.meet()
        // Nobody tells the engine: it must bear it.
        try lab.nodes[0].namespace.ip("link delete eth0")
        try await lab.nodes[0].wait { $0.upNodes(onInterface: "eth0") == [] }
        let before = try processorTime()
        try await Task.sleep(for: .seconds(1))
        let spent = try processorTime() - before
        print("liveness: \(spent) ms of processor time in a second without interface, both engines and the test")
        #expect(spent < 500)
        #expect(await lab.nodes[0].engine.snapshot().segments[0].sendFailures > 0)

        try lab.bridge.connect("p1", to: lab.nodes[0].namespace, "eth0")
        try lab.bridge.ip("link set p1 master br0")
        try lab.nodes[0].namespace.ip("address add 192.0.2.1/24 dev eth0")
        let index = try await lab.nodes[0].namespace.run("cat", "/sys/class/net/eth0/ifindex").output.filter(\.isNumber)
        lab.nodes[0].engine.apply(interfaces: [
            InterfaceForLiveness(index: Int32(index) ?? 0, name: "eth0", families: [.ipv4])
        ])
        try await lab.meet()
    }

    @Test("An interface that is not there is a problem that is told, and tried again")
    func missing() async throws {
        let namespace = try NetworkNamespace("alone")
        let engine = try await namespace.onThread {
            try LivenessEngine(node: "n1", logger: Logger(label: "test")) { _ in }
        }
        defer { engine.stop() }
        engine.apply(interfaces: [InterfaceForLiveness(index: 4711, name: "eth9", families: [.ipv4, .ipv6])])
        let snapshot = await engine.snapshot()
        #expect(snapshot.segments.first?.problems.count == 2)
        #expect(snapshot.segments.first?.problems[.ipv4]?.contains("No such device") == true)
    }

    @Test(
        "A host whose processors are all busy is not taken for a dead one",
        .enabled(if: Capability.sysNice.isEffective, "needs real-time priority"))
    func busy() async throws {
        let lab = try await Lab(["n1", "n2", "n3"])
        defer { lab.stop() }
        try await lab.meet()
        let begin = UptimeClock.now
        let burners = try (0..<4).map { _ in try ChildProcess(["sh", "-c", "while :; do :; done"]) }
        try await Task.sleep(for: .seconds(3))
        for burner in burners { burner.stop() }
        for node in lab.nodes {
            let losses = node.changes.value.filter { $0.at >= begin && !$0.change.isUp }
            #expect(losses.isEmpty, "\(node.name): \(losses.map(\.change))")
        }
    }

    @Test(
        "What is sent decodes in tshark as BFD without a warning, from a port and with a hop limit as RFC 5881 wants them"
    )
    func decodes() async throws {
        let lab = try await Lab(["n1", "n2"])
        defer { lab.stop() }
        try await lab.meet()
        let result = try await lab.nodes[0].namespace.run(
            "tshark", "-i", "eth0", "-a", "duration:2", "-f", "udp port 3784", "-T", "fields", "-E", "separator=|",
            "-e", "_ws.expert.severity", "-e", "bfd.sta", "-e", "bfd.flags", "-e", "udp.srcport", "-e", "ip.ttl", "-e",
            "ipv6.hlim", "-e", "ip.dst", "-e", "ipv6.dst", "-e", "ip.dsfield", "-e", "_ws.malformed")
        let lines = Set(
            result.lines.map { line in
                let fields = line.split(separator: "|", omittingEmptySubsequences: false)
                #expect(fields.count == 10)
                if fields.count == 10 { #expect(Registry.sourcePorts.contains(UInt16(fields[3]) ?? 0)) }
                return fields.enumerated().filter { $0.offset != 3 }.map { String($0.element) }.joined(separator: "|")
            })
        // tshark notes (4194304) whatever is sent to 224.0.0.0/24 with a TTL other than 1; RFC 5881 §5 wants 255.
        #expect(
            lines == [
                "4194304|0x03|0xc3|255||224.0.0.254||0xc0|", "|0x03|0xc3||255||ff12::8562:3784||",
            ], "\(result)")
    }

    /// Milliseconds of processor time that this process has used.
    private func processorTime() throws -> Int {
        let statistics = try Shell.check(["cat", "/proc/\(getpid())/stat"]).output
        // proc(5): after the name in parentheses, utime and stime are the 12th and 13th field, in ticks of 10 ms.
        let fields = statistics[(statistics.lastIndex(of: ")") ?? statistics.startIndex)...].split(separator: " ")
        return try (#require(Int(fields[12])) + #require(Int(fields[13]))) * 10
    }
}

extension ControlPacket {
    fileprivate var octets: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
