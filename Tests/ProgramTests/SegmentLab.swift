import Addresses
import Foundation
import LinkLayer
import NetworkIO
import SystemIO
import TestSupport
import Timing
import WireCodec

/// Nodes with `martlet run` and a client on one bridged segment, and one Service.
final class SegmentLab: Sendable {
    static let address = IPv4Address(192, 0, 2, 200)

    let segment: NetworkNamespace
    let client: NetworkNamespace
    let nodes: [NetworkNamespace]
    private let folder: TemporaryFolder
    private let processes: Locked<[Int: ChildProcess]> = Locked([:])

    init(nodes count: Int) throws {
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
        try write(cordoned: [])
    }

    /// What all nodes read, with these nodes cordoned.
    func write(cordoned: Set<Int>) throws {
        let objects = (1...nodes.count).map { number in
            "---\napiVersion: v1\nkind: Node\nmetadata: {name: n\(number)}\n"
                + "spec: {unschedulable: \(cordoned.contains(number))}\n"
        }.joined()
        try (manifests + objects).write(toFile: folder.path + "/all.yaml", atomically: true, encoding: .utf8)
    }

    private let manifests = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.200-192.0.2.209"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: L2Advertisement
        metadata: {name: all, namespace: martlet-system}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {type: LoadBalancer, ports: [{port: 80}]}

        """

    func node(_ number: Int) -> NetworkNamespace { nodes[number - 1] }

    static let clientMAC = MACAddress(2, 0, 0, 0, 0, 250)

    static func mac(_ number: Int) -> MACAddress { MACAddress(2, 0, 0, 0, 0, UInt8(number)) }

    /// Starts `martlet run` on nodes, and waits until they are ready and somebody answers.
    func start(_ numbers: some Sequence<Int>) async throws {
        for number in numbers {
            let process = try node(number).start(
                Program.path, "run", "-f", folder.path + "/all.yaml", "--node", "n\(number)", "--state-dir",
                folder.path + "/state\(number)")
            processes.withLock { $0[number] = process }
        }
        for number in numbers {
            let isReady = try await eventually { [self] in
                try await node(number).run("curl", "-sf", "http://127.0.0.1:7472/readyz").succeeded
            }
            guard isReady else { throw TestFailure("n\(number): \(processes.withLock { $0[number]?.errors ?? "" })") }
        }
    }

    func signal(_ number: Int, _ signal: Int32) { processes.withLock { $0[number] }?.signal(signal) }

    /// What the nodes have logged, for who reads of a failure.
    var logs: String {
        processes.withLock { processes in
            processes.sorted { $0.key < $1.key }.map { "--- n\($0.key)\n\($0.value.errors)" }.joined()
        }
    }

    func stop() { for process in processes.withLock({ Array($0.values) }) { process.stop() } }

    /// Asks for the address every 5 ms, as a host does, for as long as told.
    func ask(for duration: Duration) async throws -> AnswerLog {
        try await client.onThread {
            let capture = try PacketCapture(
                interface: "eth0", options: PacketCapture.Options(filter: "arp[6:2] = 2"))
            var request = ByteWriter()
            ARPPacket(
                operation: .request, senderHardwareAddress: SegmentLab.clientMAC,
                senderProtocolAddress: IPv4Address(192, 0, 2, 250),
                targetHardwareAddress: .zero, targetProtocolAddress: SegmentLab.address
            ).encodeFrame(to: .broadcast, into: &request)
            let frame = request.bytes
            var log = AnswerLog(began: UptimeClock.now)
            var next = log.began
            while log.began.duration(to: next) < duration {
                try capture.send(frame.span)
                log.asked += 1
                next = next.advanced(by: .milliseconds(5))
                while UptimeClock.now < next {
                    _ = try capture.receive(limit: 16) { octets, _ in
                        let now = UptimeClock.now
                        var reader = ByteReader(octets)
                        guard (try? EthernetHeader(decoding: &reader)) != nil,
                            let packet = try? ARPPacket(decoding: &reader),
                            packet.senderProtocolAddress == SegmentLab.address
                        else { return }
                        log.answers.append(AnswerLog.Answer(moment: now, from: packet.senderHardwareAddress))
                    }
                    Shell.pause()
                }
            }
            return log
        }
    }
}
