import Foundation
import TestSupport
import Testing

/// `martlet run` beside a BIRD on the client's namespace, whose table says what came.
@Suite(.serialized, .enabled(if: NetworkNamespace.isPermitted, "makes network namespaces, which needs root"))
struct DrainRunTests {
    private static let route = "192.0.2.10/32"

    private static func manifests(gracefully: Bool) -> String {
        """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.19"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPAdvertisement
        metadata: {name: all, namespace: martlet-system}
        spec: {med: 7, asPathPrepend: 2, linkBandwidth: PerEndpoint, drainTime: 3s, communities: ["64512:9"]}
        ---
        apiVersion: martlet.dev/v1beta1
        kind: BGPPeer
        metadata: {name: tor, namespace: martlet-system}
        spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.1, holdTime: 9s, enableGracefulRestart: \(gracefully)}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
        """
    }

    private static func nodes(isCordoned: Bool) -> String {
        """
        {apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {unschedulable: \(isCordoned)}}
        ---
        {apiVersion: v1, kind: Node, metadata: {name: n2}}
        """
    }

    /// Asks BIRD; any question also wakes it, where this version would sleep.
    private static func ask(_ lab: RunLab, _ command: String) async throws -> String {
        let words =
            ["birdc", "-r", "-s", "\(lab.folder.path)/bird.ctl"] + command.split(separator: " ").map(String.init)
        return try await lab.client.start(command: words).wait().output
    }

    /// Starts both, and waits for the route.
    private static func start(gracefully: Bool) async throws -> (lab: RunLab, bird: ChildProcess, run: ChildProcess) {
        let lab = try RunLab()
        try lab.write("base.yaml", manifests(gracefully: gracefully))
        try lab.remove("web.yaml")
        try lab.write("nodes.yaml", nodes(isCordoned: false))
        let configuration = try lab.folder.write(
            "bird.conf",
            """
            router id 192.0.2.1;
            protocol device {}
            protocol bgp martlet {
                local 192.0.2.1 as 64513; neighbor 192.0.2.2 as 64512; passive yes;
                ipv4 { import all; export none; };
            }

            """)
        let bird = try lab.client.start("bird", "-f", "-c", configuration, "-s", "\(lab.folder.path)/bird.ctl")
        let run = try await lab.start()
        #expect(try await eventually { try await ask(lab, "show route").contains(route) }, "\(run.errors)")
        return (lab, bird, run)
    }

    @Test("A cordoned node lowers its routes, withdraws them in time, and has them back when it is uncordoned")
    func drain() async throws {
        let (lab, bird, run) = try await Self.start(gracefully: false)
        defer {
            run.stop()
            bird.stop()
        }
        func details() async throws -> String { try await Self.ask(lab, "show route \(Self.route) all") }
        let before = try await details()
        #expect(before.contains("BGP.med: 7"))
        #expect(before.contains("BGP.as_path: 64512 64512 64512\n"))
        #expect(before.contains("BGP.ext_community: (unknown 0x4, 64512, 1207182336)"), "\(before)")
        #expect(before.contains("BGP.community: (64512,9)\n"))

        try lab.write("nodes.yaml", Self.nodes(isCordoned: true))
        #expect(try await eventually { try await details().contains("(64512,9) (65535,0)") }, "\(run.errors)")
        let lowered = ContinuousClock.now
        #expect(try await eventually { try await !details().contains("64512") }, "\(run.errors)")
        #expect(ContinuousClock.now - lowered > .seconds(2))
        #expect(try await lab.status().contains("Draining"))

        try lab.write("nodes.yaml", Self.nodes(isCordoned: false))
        #expect(try await eventually { try await details().contains("BGP.community: (64512,9)\n") }, "\(run.errors)")
    }

    @Test(
        "Stopped, a node comes back for its routes, so they stand with graceful restart; a drained one does not",
        arguments: [false, true])
    func stop(isDrained: Bool) async throws {
        let (lab, bird, run) = try await Self.start(gracefully: true)
        defer { bird.stop() }
        if isDrained {
            try lab.write("nodes.yaml", Self.nodes(isCordoned: true))
            #expect(try await eventually { try await Self.ask(lab, "show route all").contains("(65535,0)") })
        }
        run.signal(SIGTERM)
        _ = try await run.wait(atMost: .seconds(5))
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await Self.ask(lab, "show route").contains(Self.route) == !isDrained)
    }
}
