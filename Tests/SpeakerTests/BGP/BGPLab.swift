import Addresses
import BGP
import Glibc
import Logging
import NIOCore
import NIOPosix
import NodeDecisions
import Speaker
import TestSupport
import Testing

/// A node with Martlet's BGP speaker and a router with somebody else's, in two namespaces joined by one link.
///
/// The node is 10.99.0.1 and 2001:db8:99::1 on `eth0`, the router 10.99.0.2 and 2001:db8:99::2.
final class BGPLab: Sendable {
    let node: NetworkNamespace
    let router: NetworkNamespace
    /// The hop between the two, if there is one; it forwards IPv4.
    let middle: NetworkNamespace?
    let directory: String
    let group: MultiThreadedEventLoopGroup
    let speaker: BGPSpeaker
    /// The wire's bridge, where there is one.
    let wire: NetworkNamespace?
    let bfd: BFDEngine?

    static let nodeIPv4 = IPAddress.v4(IPv4Address(10, 99, 0, 1))
    static let routerIPv4 = IPAddress.v4(IPv4Address(10, 99, 0, 2))
    static let nodeIPv6 = IPAddress.v6(IPv6Address(rawValue: 0x2001_0db8_0099 << 80 | 1))
    static let routerIPv6 = IPAddress.v6(IPv6Address(rawValue: 0x2001_0db8_0099 << 80 | 2))

    /// - Parameters:
    ///   - isMultihop: with a hop between the two, and IPv4 only.
    ///   - hasBFD: the speaker has BFD too, and the link goes over a bridge: see ``cut()``.
    init(isMultihop: Bool = false, hasBFD: Bool = false) async throws {
        node = try NetworkNamespace("node")
        router = try NetworkNamespace("router")
        wire = hasBFD && !isMultihop ? try NetworkNamespace("wire") : nil
        middle = isMultihop ? try NetworkNamespace("middle") : nil
        if let middle {
            for (namespace, number) in [(node, 1), (router, 2)] {
                try namespace.connect("eth0", to: middle, "eth\(number)")
                try namespace.ip("address add 10.99.0.\(number)/32 dev eth0")
                try namespace.ip("route add 10.99.254.\(number)/32 dev eth0")
                try namespace.ip("route add 10.99.0.\(3 - number)/32 via 10.99.254.\(number)")
                try middle.ip("address add 10.99.254.\(number)/32 dev eth\(number)")
                try middle.ip("route add 10.99.0.\(number)/32 dev eth\(number)")
            }
        } else {
            if let wire {
                try wire.addBridge("br0")
                try wire.connect("p1", to: node, "eth0")
                try wire.connect("p2", to: router, "eth0")
                try wire.ip("link set p1 master br0")
                try wire.ip("link set p2 master br0")
            } else {
                try node.connect("eth0", to: router, "eth0")
            }
            for (namespace, number) in [(node, 1), (router, 2)] {
                try namespace.ip("address add 10.99.0.\(number)/24 dev eth0")
                try namespace.ip("address add 2001:db8:99::\(number)/64 dev eth0 nodad")
            }
        }
        var template = Array("/tmp/martlet-bgp-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestFailure("no temporary directory: errno \(errno)") }
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // FRR gives up its rights before it reads its files.
        unsafe chmod(directory, 0o777)
        // Threads started inside a namespace belong to it.
        group = try await node.onThread { MultiThreadedEventLoopGroup(numberOfThreads: 1) }
        var logger = Logger(label: "bgp-lab")
        logger.logLevel = .warning
        let engineLogger = logger
        bfd = hasBFD ? try await node.onThread { try BFDEngine(logger: engineLogger) } : nil
        speaker = BGPSpeaker(eventLoopGroup: group, logger: logger, bfd: bfd)
        if isMultihop { try await setForwarding(true) }
    }

    /// Whether the hop in the middle forwards; without, packets vanish and no interface is down.
    func setForwarding(_ isOn: Bool) async throws {
        let result = try await middle?.run("sysctl", "-w", "net.ipv4.ip_forward=\(isOn ? 1 : 0)")
        guard result?.status == 0 else { throw TestFailure("the middle's forwarding cannot be set") }
    }

    /// Nothing passes any more, and neither side's interface shows it.
    func cut() throws { try wire?.ip("link set p2 nomaster") }
    func mend() throws { try wire?.ip("link set p2 master br0") }

    func writeFile(_ name: String, _ text: String) throws -> String {
        let path = "\(directory)/\(name)"
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw TestFailure("cannot write \(path): errno \(errno)") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
            throw TestFailure("cannot write \(path)")
        }
        return path
    }

    /// Runs `body` while the speaker runs; takes all down afterwards, whatever happens.
    func run(_ body: (BGPLab) async throws -> Void) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await self.speaker.run() }
                do {
                    try await body(self)
                } catch {
                    await self.speaker.shutdown()
                    throw error
                }
                await self.speaker.shutdown()
                try await tasks.waitForAll()
            }
            try await cleanUp()
        } catch {
            try await cleanUp()
            throw error
        }
    }

    private func cleanUp() async throws {
        try await group.shutdownGracefully()
        node.remove()
        router.remove()
        wire?.remove()
        middle?.remove()
        _ = try? Shell.run(["rm", "-r", directory])
    }

    /// An eBGP session over IPv4 or IPv6: we are AS 64512, the router is AS 64513.
    func peer(
        _ name: String = "tor", over family: AddressFamily = .ipv4, localASN: UInt32 = 64512, peerASN: UInt32 = 64513,
        families: [AddressFamily]? = nil, holdTime: Duration = .seconds(9)
    ) -> BGPPeerSettings {
        BGPPeerSettings(
            name: name,
            session: SessionConfiguration(
                localASN: ASN(localASN), peerASN: .exactly(ASN(peerASN)),
                identifier: BGPIdentifier(IPv4Address(10, 99, 0, 1)), families: families ?? [family],
                holdTime: holdTime),
            address: family == .ipv4 ? BGPLab.routerIPv4 : BGPLab.routerIPv6)
    }

    func status(_ name: String = "tor") async throws -> BGPPeerStatus {
        let all = await speaker.status()
        return try #require(all.first { $0.name == name })
    }

    func waitForState(_ state: SessionState, _ name: String = "tor", atMost limit: Duration = .seconds(20)) async throws
    {
        try await eventually("\(name) becomes \(state)", within: limit) { try await self.status(name).state == state }
    }
}
