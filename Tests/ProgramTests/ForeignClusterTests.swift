import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// Two clusters whose nodes have the same names, on one segment.
@Suite("Two clusters on one segment", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct ForeignClusterTests {
    /// Nodes 3 and 4 of the lab are n1 and n2 of a cluster that announces nothing.
    private static func startOthers(_ lab: SegmentLab, _ folder: TemporaryFolder, _ cluster: String) throws
        -> [ChildProcess]
    {
        let file = try folder.write(
            "others.yaml",
            """
            apiVersion: martlet.dev/v1beta1
            kind: L2Advertisement
            metadata: {name: all, namespace: martlet-system}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n1}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n2}
            """)
        return try (3...4).map { number in
            try lab.node(number).start(
                command: [
                    Program.path, "run", "-f", file, "--node", "n\(number - 2)", "--cluster", cluster, "--state-dir",
                    folder.path + "/state\(number)",
                ])
        }
    }

    @Test("Different --cluster, equal node names → failover as if alone, and each says that the other is there")
    func different() async throws {
        let lab = try SegmentLab(nodes: 4)
        let folder = try TemporaryFolder()
        let others = try Self.startOthers(lab, folder, "other")
        defer {
            lab.stop()
            for process in others { process.stop() }
        }
        try await lab.start(1...2)
        let owner = try await FailoverTests.settled(lab)
        for number in 1...4 {
            let isSaid = try await eventually {
                let status = try await lab.status(number)
                return status.contains("\"foreign\"") && !status.contains("another host")
            }
            #expect(isSaid, "n\(number): \(lab.logs)")
        }
        let killed = try await FailoverTests.watch(lab, "killed beside another cluster") { lab.kill(owner) }
        #expect(killed.owners.count == 2 && killed.outage < .milliseconds(500), "\(lab.logs)")
    }

    @Test("Both are `default`, with equal node names → each node says that it has a twin, and where") func equal()
        async throws
    {
        let lab = try SegmentLab(nodes: 4)
        let folder = try TemporaryFolder()
        let others = try Self.startOthers(lab, folder, "default")
        defer {
            lab.stop()
            for process in others { process.stop() }
        }
        try await lab.start(1...2)
        for number in 1...4 {
            let name = (number - 1) % 2 + 1
            let twin = SegmentLab.mac(number > 2 ? number - 2 : number + 2)
            let isSaid = try await eventually {
                let status = try await lab.status(number)
                return status.contains("runs Martlet as node n\(name)") && status.contains("\(twin)")
                    && status.contains("several hosts")
            }
            #expect(isSaid, "n\(number): \(lab.logs)")
        }
    }
}
