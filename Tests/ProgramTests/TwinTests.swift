import Addresses
import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// Two clusters on one segment, which know nothing of each other.
@Suite("Twins: two clusters on one segment", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct TwinTests {
    struct Arrangement: Sendable, CustomStringConvertible {
        let name: String
        /// Of the second cluster's two nodes; the first's are n1 and n2.
        let nodes: [String]
        let clusters: (first: String?, second: String?)
        /// Whether both want the same address.
        let overlaps: Bool

        var description: String { name }
    }

    static let arrangements = [
        Arrangement(
            name: "equal node names, disjoint pools", nodes: ["n1", "n2"], clusters: ("one", "two"), overlaps: false),
        Arrangement(
            name: "other node names, disjoint pools", nodes: ["m1", "m2"], clusters: ("one", "two"), overlaps: false),
        Arrangement(
            name: "equal node names, one address in both", nodes: ["n1", "n2"], clusters: ("one", "two"),
            overlaps: true),
        Arrangement(
            name: "other node names, one address in both", nodes: ["m1", "m2"], clusters: ("one", "two"),
            overlaps: true),
        Arrangement(
            name: "equal node names, both of the cluster that has no name, disjoint pools", nodes: ["n1", "n2"],
            clusters: (nil, nil), overlaps: false),
    ]

    /// The second cluster's address.
    static let other = IPv4Address(192, 0, 2, 210)

    private static func manifests(_ address: IPv4Address, nodes: [String]) -> String {
        let objects = nodes.map { "---\napiVersion: v1\nkind: Node\nmetadata: {name: \($0)}\n" }.joined()
        return """
            apiVersion: martlet.dev/v1beta1
            kind: IPAddressPool
            metadata: {name: lan, namespace: martlet-system}
            spec: {addresses: ["\(address)/32"]}
            ---
            apiVersion: martlet.dev/v1beta1
            kind: L2Advertisement
            metadata: {name: all, namespace: martlet-system}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec: {type: LoadBalancer, ports: [{port: 80}]}

            """ + objects
    }

    private static func ask(_ address: IPv4Address, _ lab: SegmentLab, for duration: Duration) async throws -> AnswerLog
    {
        try await SegmentLab.ask([address], every: .milliseconds(5), for: duration, from: lab.client).values.first
            ?? AnswerLog(began: .zero)
    }

    @Test("Each fails over as if it were alone; what both want is a conflict that both name", arguments: arrangements)
    func twins(_ arrangement: Arrangement) async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        let second = arrangement.overlaps ? SegmentLab.address : Self.other
        func options(_ cluster: String?) -> [String] { cluster.map { ["--cluster", $0] } ?? [] }
        for number in 1...2 {
            try lab.launch(
                number, as: "n\(number)", manifests: Self.manifests(SegmentLab.address, nodes: ["n1", "n2"]),
                options: options(arrangement.clusters.first))
        }
        try await Task.sleep(for: .seconds(2))
        for number in 3...4 {
            try lab.launch(
                number, as: arrangement.nodes[number - 3],
                manifests: Self.manifests(second, nodes: arrangement.nodes),
                options: options(arrangement.clusters.second))
        }
        try await Task.sleep(for: .seconds(3))

        func owner(of address: IPv4Address) async throws -> Int {
            let log = try await Self.ask(address, lab, for: .milliseconds(400))
            let owners = Set(log.answers.suffix(20).map(\.from))
            try #require(owners.count == 1, "\(address): \(log.owners)\n\(lab.logs)")
            return try #require((1...4).first { SegmentLab.mac($0) == owners.first })
        }
        if arrangement.overlaps {
            // The first was there before the second came, and keeps it.
            let owner = try await owner(of: SegmentLab.address)
            #expect((1...2).contains(owner), "\(lab.logs)")
            let isNamed = try await eventually(within: .seconds(15)) {
                let (one, two) = try await (lab.status(3), lab.status(4))
                return one.contains("Martlet speaker of") || two.contains("Martlet speaker of")
            }
            let status = try await lab.status(3)
            #expect(isNamed, "\(status)")
            return
        }
        if arrangement.clusters.first == nil {
            let isSaid = try await eventually(within: .seconds(10)) {
                let statuses = try await [lab.status(1), lab.status(3)]
                return statuses.allSatisfy { $0.contains("--cluster") }
            }
            let status = try await lab.status(1)
            #expect(isSaid, "\(status)")
        }
        let owners = try await (owner(of: SegmentLab.address), owner(of: Self.other))
        #expect((1...2).contains(owners.0) && (3...4).contains(owners.1), "\(owners)")
        // Without names that tell them apart, a death is noticed by the wire alone.
        let bound: Duration = arrangement.clusters.first == nil ? .seconds(4) : .milliseconds(600)
        for (victim, address, untouched) in [
            (owners.0, SegmentLab.address, Self.other), (owners.1, Self.other, SegmentLab.address),
        ] {
            async let elsewhere = Self.ask(untouched, lab, for: .seconds(5))
            async let here = Self.ask(address, lab, for: .seconds(5))
            try await Task.sleep(for: .milliseconds(300))
            lab.kill(victim)
            let logs = try await (here, elsewhere)
            print(
                "\(arrangement.name): n\(victim) killed, outage \(logs.0.outage.inSeconds) s; "
                    + "the other cluster \(logs.1.outage.inSeconds) s")
            #expect(logs.0.outage < bound && logs.0.owners.count == 2, "\(lab.logs)")
            #expect(logs.1.outage < .milliseconds(250) && logs.1.owners.count == 1, "\(lab.logs)")
        }
    }
}
