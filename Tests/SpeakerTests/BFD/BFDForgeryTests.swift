import Addresses
import BFD
import Glibc
import Logging
import NodeDecisions
import Speaker
import TestSupport
import Testing

/// A pod of this node sends what looks like the router's packets.
@Suite("BFD and a pod that forges", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct BFDForgeryTests {
    /// Sends control packets in state Down with the router's address and TTL 255.
    private static let script = """
        import socket, struct, sys, time
        source, destination, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
        bfd = struct.pack('>BBBBIIIII', 0x20, 0x40, 3, 24, 7, 0, 1000000, 1000000, 0)
        udp = struct.pack('>HHHH', 49999, 3784, 8 + len(bfd), 0) + bfd
        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 255, 17, 0,
            socket.inet_aton(source), socket.inet_aton(destination))
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        for _ in range(count):
            s.sendto(ip + udp, (destination, 0))
            time.sleep(0.02)
        """

    @Test(
        "UDP from a pod's namespace with the router's address and TTL 255 → the session stays Up, whatever rp_filter is",
        arguments: [0, 1, 2], [true, false])
    func pod(filter: Int, isLinkKnown: Bool) async throws {
        let (node, router, pod) = (
            try NetworkNamespace("node"), try NetworkNamespace("router"), try NetworkNamespace("pod")
        )
        try node.connect("e0", to: router, "e0")
        try node.connect("p0", to: pod, "e0")
        try node.ip("address add 10.98.0.1/24 dev e0")
        try router.ip("address add 10.98.0.2/24 dev e0")
        try node.ip("address add 10.244.0.1/24 dev p0")
        try pod.ip("address add 10.244.0.2/24 dev e0")
        try pod.ip("route add default via 10.244.0.1")
        for name in ["all", "p0", "e0"] {
            let set = try await node.run("sh", "-c", "echo \(filter) > /proc/sys/net/ipv4/conf/\(name)/rp_filter")
            try #require(set.succeeded, "\(set)")
        }
        let (here, there) = (IPAddress.v4(IPv4Address(10, 98, 0, 1)), IPAddress.v4(IPv4Address(10, 98, 0, 2)))
        let index = try await node.run("cat", "/sys/class/net/e0/ifindex").output.filter(\.isNumber)
        var settings = BFDPeerSettings(name: "tor", address: there)
        settings.desiredMinTxInterval = .milliseconds(50)
        settings.requiredMinRxInterval = .milliseconds(50)
        var other = settings
        other.address = here
        if isLinkKnown { settings.links = [try #require(Int32(index))] }
        let engines = [
            try await node.onThread { try BFDEngine(logger: Logger(label: "node")) },
            try await router.onThread { try BFDEngine(logger: Logger(label: "router")) },
        ]
        defer { for engine in engines { engine.stop() } }
        engines[0].apply([settings])
        engines[1].apply([other])
        for engine in engines {
            try await eventually("Up", within: .seconds(10)) {
                await engine.snapshot().sessions["tor"]?.status.isUp == true
            }
        }
        let sent = try await pod.run("python3", "-c", BFDForgeryTests.script, "\(there)", "\(here)", "50")
        try #require(sent.succeeded, "\(sent)")
        try await Task.sleep(for: .milliseconds(300))
        let session = try #require(await engines[0].snapshot().sessions["tor"])
        #expect(session.status.isUp && session.failures == 0, "\(session)")
        let dropped = session.drops[.interfaceWrong] ?? 0
        // The strict filter lets none through to us.
        #expect(filter == 1 ? dropped == 0 : dropped >= 40, "\(session.drops)")
    }
}
