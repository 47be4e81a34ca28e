import Foundation
import TestSupport
import Testing

/// An unnumbered peer on a link where another host claims to be many routers.
@Suite("Forged routers", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct ForgedRouterTests {
    /// Sends advertisements of sixteen routers that do not exist, as many as are remembered: four with addresses below that
    /// of the real one, twelve above it. Lifetime 18 hours.
    private static let script = """
        import ipaddress, socket, struct
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        link.bind(('eth0', 0x86dd))
        group = ipaddress.ip_address('ff02::1').packed
        for last in ['%x' % n for n in range(1, 5)] + ['ffff:ffff:ffff:%x' % n for n in range(1, 13)]:
            source = ipaddress.ip_address('fe80::' + last).packed
            message = bytearray(struct.pack('>BBHBBHII', 134, 0, 0, 64, 0, 65535, 0, 0))
            text = source + group + struct.pack('>II', len(message), 58) + message
            total = sum(struct.unpack('>%dH' % (len(text) // 2), text))
            while total >> 16: total = (total & 0xffff) + (total >> 16)
            message[2:4] = struct.pack('>H', 0xffff - total)
            head = struct.pack('>IHBB', 6 << 28, len(message), 58, 255) + source + group
            link.send(bytes.fromhex('333300000001 020000000066 86dd') + head + message)
        """

    private static let manifests = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.19"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPAdvertisement
        metadata: {name: all, namespace: martlet-system}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPPeer
        metadata: {name: tor, namespace: martlet-system}
        spec: {myASN: 64512, peerASN: 64513, interface: eth0}
        """

    private static func linkLocal(_ host: NetworkNamespace) async throws -> String {
        let text = try await host.run("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link").output
        let address = try #require(text.firstMatch(of: /inet6 (fe80:[0-9a-f:]+)/)).1
        return String(address)
    }

    @Test("Sixteen routers that do not exist, then the real one → all are reported, and its session is established")
    func sixteen() async throws {
        let lab = try RunLab()
        try lab.write("base.yaml", Self.manifests)
        try await eventually("the link-local addresses are usable") {
            for host in [lab.client, lab.node] {
                let text = try await host.run("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link")
                    .output
                if text.isEmpty || text.contains("tentative") { return false }
            }
            return true
        }
        let run = try lab.node.start(
            Program.path, "run", "-f", lab.manifests, "--node", "n1", "--state-dir", lab.stateDirectory)
        defer { run.stop() }
        // The node may not listen yet when the first of them come.
        try await eventually("all sixteen are known: \(run.errors)", every: .milliseconds(300)) {
            let sent = try await lab.client.run("python3", "-c", Self.script)
            try #require(sent.succeeded, "\(sent)")
            return try await lab.status().contains("16 routers advertise themselves on eth0")
        }
        let (here, there) = try await (Self.linkLocal(lab.client), Self.linkLocal(lab.node))
        let configuration = try lab.folder.write(
            "bird.conf",
            """
            router id 192.0.2.1;
            protocol device {}
            protocol radv { interface "eth0" { min ra interval 3; max ra interval 4; default lifetime 30; }; }
            protocol bgp martlet {
                local \(here) as 64513; neighbor \(there) as 64512;
                interface "eth0"; passive yes;
                ipv4 { import all; export none; extended next hop yes; };
            }

            """)
        let bird = try lab.client.start("bird", "-f", "-c", configuration, "-s", "\(lab.folder.path)/bird.ctl")
        defer { bird.stop() }
        let began = ContinuousClock.now
        try await eventually("the session with the real router: \(run.errors)", within: .seconds(45)) {
            try await lab.client.run(
                "birdc", "-r", "-s", "\(lab.folder.path)/bird.ctl", "show", "protocols", "martlet"
            ).output.contains("Established")
        }
        print("forged routers: established \(ContinuousClock.now - began) after the real router appeared")
        // More of them change nothing.
        _ = try await lab.client.run("python3", "-c", Self.script)
        try await Task.sleep(for: .seconds(3))
        #expect(try await lab.status().contains("\"Established\""))
    }
}
