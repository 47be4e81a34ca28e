import Addresses
import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// What a client sees when nobody dies, but not everything is well.
@Suite("Disturbances, four nodes and a client", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct DisturbanceTests {
    /// The one who answers at the end.
    static func last(_ log: AnswerLog) throws -> MACAddress {
        let last = Set(log.answers.suffix(20).map(\.from))
        try #require(last.count == 1, "\(log.owners)")
        return try #require(last.first)
    }

    @Test("Cordoned: another takes over without a gap; uncordoned: it stays there") func cordon() async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        try await lab.start(1...4)
        let first = try await FailoverTests.settled(lab)
        let cordoned = try await FailoverTests.watch(lab, "cordoned", for: .seconds(3)) {
            try lab.write(cordoned: [first])
        }
        #expect(cordoned.outage < .milliseconds(100), "\(lab.logs)")
        let next = try Self.last(cordoned)
        #expect(next != SegmentLab.mac(first), "\(lab.logs)")
        let back = try await FailoverTests.watch(lab, "uncordoned", for: .seconds(3)) { try lab.write(cordoned: []) }
        #expect(try Self.last(back) == next, "\(lab.logs)")
        #expect(back.outage < .milliseconds(100))
    }

    @Test("The owner's link goes down: another takes over; it comes up: nothing moves back") func link() async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        try await lab.start(1...4)
        let first = try await FailoverTests.settled(lab)
        let down = try await FailoverTests.watch(lab, "link down") { try lab.node(first).ip("link set eth0 down") }
        #expect(down.outage < .milliseconds(600), "\(lab.logs)")
        let next = try Self.last(down)
        #expect(next != SegmentLab.mac(first))
        let up = try await FailoverTests.watch(lab, "link up", for: .seconds(4)) {
            try lab.node(first).ip("link set eth0 up")
            try lab.node(first).ip("address replace 192.0.2.\(first)/24 dev eth0")
        }
        #expect(try Self.last(up) == next, "\(lab.logs)")
        #expect(up.outage < .milliseconds(100))
    }

    @Test("Parted into halves, each has an owner; together again, there is one, and nobody went without")
    func partition() async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        try lab.segment.addBridge("br1")
        try await lab.start(1...4)
        let owner = try await FailoverTests.settled(lab)
        // The client stays with the half that loses the owner.
        let away = [owner, owner % 4 + 1]
        let parted = try await FailoverTests.watch(lab, "parted") {
            for number in away { try lab.segment.ip("link set port-n\(number) master br1") }
        }
        #expect(parted.outage < .milliseconds(600), "\(lab.logs)")
        let here = try Self.last(parted)
        #expect(here != SegmentLab.mac(owner))
        let healed = try await FailoverTests.watch(lab, "together again", for: .seconds(4)) {
            for number in away { try lab.segment.ip("link set port-n\(number) master br0") }
        }
        #expect(healed.outage < .milliseconds(100), "\(lab.logs)")
        // At the end one of the two halves' owners, alone.
        #expect([here, SegmentLab.mac(owner)].contains(try Self.last(healed)), "\(lab.logs)")
    }

    @Test("The owner hears a node that does not hear it: whoever has the address then, it is one")
    func asymmetry() async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        try await lab.start(1...4)
        let owner = try await FailoverTests.settled(lab)
        // Until each has shown the others that it hears them.
        try await Task.sleep(for: .seconds(3))
        let deaf = owner % 4 + 1
        let table = """
            table bridge lab {
                chain forward {
                    type filter hook forward priority 0
                    iifname "port-n\(owner)" oifname "port-n\(deaf)" drop
                }
            }
            """
        let folder = try TemporaryFolder()
        let file = try folder.write("rules", table)
        let parted = try await FailoverTests.watch(lab, "heard one way", for: .seconds(4)) {
            let loaded = try await lab.segment.run("nft", "-f", file)
            try #require(loaded.succeeded, "\(loaded)")
        }
        #expect(parted.outage < .milliseconds(100), "\(lab.logs)")
        _ = try Self.last(parted)
        let healed = try await FailoverTests.watch(lab, "heard both ways") {
            _ = try await lab.segment.run("nft", "flush", "ruleset")
        }
        #expect(healed.outage < .milliseconds(100), "\(lab.logs)")
        _ = try Self.last(healed)
    }

    @Test("A stranger takes the address later, and shouts: it is reported, and the owner goes on answering")
    func stranger() async throws {
        let lab = try SegmentLab(nodes: 4)
        defer { lab.stop() }
        let stranger = try NetworkNamespace("stranger")
        try lab.segment.attach("eth0", of: stranger, to: "br0")
        try await lab.start(1...4)
        let owner = try await FailoverTests.settled(lab)
        // An answer within two seconds of the last probe would undo the claim.
        try await Task.sleep(for: .seconds(2.5))
        let shouted = try await FailoverTests.watch(lab, "a stranger shouts", for: .seconds(4)) {
            try stranger.ip("address add \(SegmentLab.address)/32 dev eth0")
            // Sixty gratuitous replies within two seconds. The status says that nobody answers, which nobody is to.
            let shout = "arping -A -q -c 3 -w 3 -I eth0 \(SegmentLab.address) &"
            let shouting = try await stranger.run("sh", "-c", "for i in $(seq 20); do \(shout) done; wait")
            try #require(shouting.errors.isEmpty, "\(shouting)")
        }
        #expect(shouted.answers.contains { $0.from == SegmentLab.mac(owner) })
        let isReported = try await eventually {
            try await lab.node(owner).run("curl", "-s", "http://127.0.0.1:7472/v1/status").output.contains("Conflict")
        }
        #expect(isReported, "\(lab.logs)")
        let still = try await lab.ask(for: .milliseconds(500))
        #expect(still.answers.contains { $0.from == SegmentLab.mac(owner) }, "\(lab.logs)")
    }
}
