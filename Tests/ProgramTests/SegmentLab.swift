import Addresses
import Foundation
import LinkLayer
import NetworkIO
import SystemIO
import TestSupport
import Timing
import WireCodec

/// Nodes with `martlet run` and a client on one bridged segment, and one Service or more.
final class SegmentLab: Sendable {
    static let address = IPv4Address(192, 0, 2, 200)
    /// The addresses of all Services after the first.
    static let others = IPv4Address(10, 0, 0, 0)

    let segment: NetworkNamespace
    let client: NetworkNamespace
    let nodes: [NetworkNamespace]
    private let folder: TemporaryFolder
    private let arguments: [String]
    private let processes: Locked<[Int: ChildProcess]> = Locked([:])

    /// - Parameter arguments: what `martlet run` gets beside what it needs.
    init(nodes count: Int, arguments: [String] = []) throws {
        self.arguments = arguments
        segment = try NetworkNamespace("segment")
        client = try NetworkNamespace("client")
        nodes = try (1...count).map { try NetworkNamespace("n\($0)") }
        folder = try TemporaryFolder()
        try segment.addBridge("br0")
        try segment.attach("eth0", of: client, to: "br0")
        try client.ip("link set eth0 address \(SegmentLab.clientMAC)")
        try client.ip("address add 192.0.2.250/24 dev eth0")
        for number in 1...count {
            try segment.ip("link add port-n\(number) type veth peer name eth0 netns \(node(number).name)")
            try segment.ip("link set port-n\(number) up master br0")
            try node(number).ip("link set eth0 address \(SegmentLab.mac(number)) up")
            try node(number).ip("address add 192.0.2.\(number)/24 dev eth0")
        }
        try write()
    }

    /// What all nodes read.
    func write(cordoned: Set<Int> = [], services: Int = 1) throws {
        let objects = (1...nodes.count).map { number in
            "---\napiVersion: v1\nkind: Node\nmetadata: {name: n\(number)}\n"
                + "spec: {unschedulable: \(cordoned.contains(number))}\n"
        }.joined()
        let more = (1..<services).map { number in
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: s\(number), namespace: default}\n"
                + "spec: {type: LoadBalancer, ports: [{port: 80}]}\n"
        }.joined()
        try (manifests + more + objects).write(toFile: folder.path + "/all.yaml", atomically: true, encoding: .utf8)
    }

    private let manifests = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.200/32"], autoAssign: false}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: many, namespace: martlet-system}
        spec: {addresses: ["10.0.0.0/16"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: L2Advertisement
        metadata: {name: all, namespace: martlet-system}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default, annotations: {martlet.dev/loadBalancerIPs: 192.0.2.200}}
        spec: {type: LoadBalancer, ports: [{port: 80}]}

        """

    func node(_ number: Int) -> NetworkNamespace { nodes[number - 1] }

    static let clientMAC = MACAddress(2, 0, 0, 0, 0, 250)

    static func mac(_ number: Int) -> MACAddress { MACAddress(2, 0, 0, 0, 0, UInt8(number)) }

    /// Starts `martlet run` on nodes, and waits until they are ready and somebody answers.
    func start(_ numbers: some Sequence<Int>) async throws {
        for number in numbers { try launch(number) }
        for number in numbers {
            let isReady = try await eventually { [self] in
                try await node(number).run("curl", "-sf", "http://127.0.0.1:7472/readyz").succeeded
            }
            guard isReady else { throw TestFailure("n\(number): \(processes.withLock { $0[number]?.errors ?? "" })") }
        }
    }

    /// Starts `martlet run` on a node, and does not wait for anything.
    func launch(_ number: Int) throws {
        let process = try node(number).start(
            command: [
                Program.path, "run", "-f", folder.path + "/all.yaml", "--node", "n\(number)", "--state-dir",
                folder.path + "/state\(number)",
            ] + arguments)
        processes.withLock { $0[number] = process }
    }

    /// Kills the process of a node and returns when it is gone.
    func kill(_ number: Int) { processes.withLock { $0[number] }?.kill() }

    func processID(_ number: Int) -> Int32? { processes.withLock { $0[number]?.pid } }

    func signal(_ number: Int, _ signal: Int32) { processes.withLock { $0[number] }?.signal(signal) }

    /// What the nodes have logged, for who reads of a failure.
    var logs: String {
        processes.withLock { processes in
            processes.sorted { $0.key < $1.key }.map { "--- n\($0.key)\n\($0.value.errors)" }.joined()
        }
    }

    func stop() { for process in processes.withLock({ Array($0.values) }) { process.stop() } }

    /// The status of a node, as text.
    func status(_ number: Int) async throws -> String {
        try await node(number).run("curl", "-s", "http://127.0.0.1:7472/v1/status").output
    }

    /// How many frames the nodes have sent into the segment so far.
    func framesSent() async throws -> Int {
        let links = try await segment.run("ip", "-s", "-o", "link", "show", "type", "veth")
        return links.output.split(separator: "\n").filter { $0.contains("port-n") }.compactMap { line in
            // After "RX: bytes packets …" come the numbers.
            let words = line.split { $0 == " " || $0 == "\\" }
            guard let start = words.firstIndex(of: "RX:"),
                let octets = words[start...].firstIndex(where: { Int($0) != nil })
            else { return nil }
            return Int(words[octets + 1])
        }.reduce(0, +)
    }

    /// Asks for the address every 5 ms, as a host does, for as long as told.
    func ask(for duration: Duration) async throws -> AnswerLog {
        try await SegmentLab.ask([SegmentLab.address], every: .milliseconds(5), for: duration, from: client)
            .values.first ?? AnswerLog(began: UptimeClock.now)
    }

    /// Asks for each of the addresses once in every interval, evenly spread, for as long as told.
    static func ask(
        _ addresses: [IPv4Address], every interval: Duration, for duration: Duration, from client: NetworkNamespace
    ) async throws -> [IPv4Address: AnswerLog] {
        try await client.onThread {
            let capture = try PacketCapture(
                interface: "eth0", options: PacketCapture.Options(filter: "arp[6:2] = 2"))
            let frames = addresses.map { address in
                var request = ByteWriter()
                ARPPacket(
                    operation: .request, senderHardwareAddress: SegmentLab.clientMAC,
                    senderProtocolAddress: IPv4Address(192, 0, 2, 250),
                    targetHardwareAddress: .zero, targetProtocolAddress: address
                ).encodeFrame(to: .broadcast, into: &request)
                return request.bytes
            }
            let began = UptimeClock.now
            var logs = Dictionary(uniqueKeysWithValues: addresses.map { ($0, AnswerLog(began: began)) })
            var next = began
            var index = 0
            while began.duration(to: next) < duration {
                let frame = frames[index]
                try capture.send(frame.span)
                logs[addresses[index]]?.asked += 1
                index = (index + 1) % addresses.count
                next = next.advanced(by: interval / addresses.count)
                while UptimeClock.now < next {
                    _ = try capture.receive(limit: 64) { octets, _ in
                        let now = UptimeClock.now
                        var reader = ByteReader(octets)
                        guard (try? EthernetHeader(decoding: &reader)) != nil,
                            let packet = try? ARPPacket(decoding: &reader)
                        else { return }
                        logs[packet.senderProtocolAddress]?.answers.append(
                            AnswerLog.Answer(moment: now, from: packet.senderHardwareAddress))
                    }
                    Shell.pause()
                }
            }
            return logs
        }
    }
}
