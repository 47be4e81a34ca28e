import Addresses
import Foundation
import TestSupport
import Testing
import Timing

/// The only pod of a Service with externalTrafficPolicy Local goes from one node to another, as a drain or a rolling update
/// moves it: what a host on the segment and a router see meanwhile.
@Suite("A pod that moves", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct PodMoveRunTests {
    /// The pod terminates on n1, is ready on n2, and is gone from n1.
    private static let steps: [(pods: [SegmentLab.Pod], time: Duration)] = [
        ([.init(node: 1, isReady: false)], .milliseconds(300)),
        ([.init(node: 1, isReady: false), .init(node: 2, isReady: true)], .milliseconds(1_600)),
        ([.init(node: 2, isReady: true)], .milliseconds(300)),
    ]

    @Test("Layer 2: the new node takes the address over, and every question is answered") func layer2() async throws {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        try lab.write(pods: [.init(node: 1, isReady: true)])
        try await lab.start(1...2)
        let isSettled = try await eventually { try await FailoverTests.settled(lab) == 1 }
        #expect(isSettled, "\(lab.logs)")
        let moved = try await FailoverTests.watch(lab, "a pod moves", for: .seconds(3)) {
            for step in Self.steps {
                try lab.write(pods: step.pods)
                try await Task.sleep(for: step.time)
            }
        }
        #expect(moved.owners == [SegmentLab.mac(1), SegmentLab.mac(2)], "\(lab.logs)")
        #expect(moved.outage < .milliseconds(60), "\(lab.logs)")
        // It has moved before the old pod was gone.
        let handedOver = moved.answers.first { $0.from == SegmentLab.mac(2) }?.moment
        #expect(handedOver.map { moved.began.duration(to: $0) < .milliseconds(1_600) } == true)
    }

    @Test("BGP: the router has the new route before the old one goes") func bgp() async throws {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        let bgp = """
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPAdvertisement
            metadata: {name: all, namespace: martlet-system}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: BGPPeer
            metadata: {name: tor, namespace: martlet-system}
            spec: {myASN: 64512, peerASN: 64513, peerAddress: 192.0.2.250}
            """
        let folder = try TemporaryFolder()
        let log = "\(folder.path)/bird.log"
        let protocols = (1...2).map { number in
            """
            protocol bgp n\(number) {
                local 192.0.2.250 as 64513; neighbor 192.0.2.\(number) as 64512; passive yes;
                ipv4 { import all; export none; };
            }
            """
        }
        let configuration = try folder.write(
            "bird.conf",
            """
            router id 192.0.2.250;
            log "\(log)" all;
            debug protocols { routes };
            protocol device {}
            \(protocols.joined(separator: "\n"))

            """)
        let control = "\(folder.path)/bird.ctl"
        let bird = try lab.client.start("bird", "-f", "-c", configuration, "-s", control)
        defer { bird.stop() }
        func routes() async throws -> String {
            try await lab.client.run("birdc", "-r", "-s", control, "show", "route").output
        }
        try lab.write(pods: [.init(node: 1, isReady: true)], besides: bgp)
        try await lab.start(1...2)
        #expect(try await eventually { try await routes().contains("192.0.2.200/32") }, "\(lab.logs)")
        for step in Self.steps {
            try lab.write(pods: step.pods, besides: bgp)
            try await Task.sleep(for: step.time)
        }
        let isOver = try await eventually {
            let table = try await routes()
            return table.contains("[n2") && !table.contains("[n1")
        }
        #expect(isOver, "\(lab.logs)")
        // BIRD says whether what goes was the last of its prefix.
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            .filter { $0.contains("192.0.2.200/32") }
        let removed = lines.filter { $0.contains("removed") }
        #expect(removed.count == 1 && removed.allSatisfy { !$0.contains("[sole]") }, "\(lines)")
    }
}
