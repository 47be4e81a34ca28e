import Addresses
import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// What a client sees of owners that come and go: it asks every 5 ms.
@Suite("Failover, five nodes and a client", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct FailoverTests {
    /// The lab at rest, and the number of the node that owns the address.
    static func settled(_ lab: SegmentLab) async throws -> Int {
        let log = try await lab.ask(for: .milliseconds(400))
        let owners = Set(log.answers.suffix(20).map(\.from))
        try #require(owners.count == 1, "\(log.owners)")
        return try #require((1...lab.nodes.count).first { SegmentLab.mac($0) == owners.first })
    }

    /// Asks while something happens to the owner.
    static func watch(
        _ lab: SegmentLab, _ what: String, for duration: Duration = .seconds(2), _ happen: () async throws -> Void
    ) async throws -> AnswerLog {
        let framesBefore = try await lab.framesSent()
        async let asked = lab.ask(for: duration)
        try await Task.sleep(for: .milliseconds(300))
        try await happen()
        let log = try await asked
        print(
            "\(what): outage \(Int(log.outage.inSeconds * 1000)) ms, \(log.asked - log.answers.count) of \(log.asked) "
                + "questions unanswered, answered by \(log.owners.map(\.description).joined(separator: ", then ")); "
                + "\(try await lab.framesSent() - framesBefore) frames from the nodes")
        return log
    }

    @Test("Killed, cut off, back again, stopped: who owns it when, and for how long nobody does") func owners()
        async throws
    {
        let lab = try SegmentLab(nodes: 5)
        defer { lab.stop() }
        try await lab.start(1...5)

        let first = try await Self.settled(lab)
        let killed = try await Self.watch(lab, "killed") { lab.signal(first, SIGKILL) }
        #expect(killed.outage < .milliseconds(500))
        #expect(killed.owners.count == 2)

        // No carrier is lost: the node does not know.
        let second = try await Self.settled(lab)
        let cut = try await Self.watch(lab, "cut off") { try lab.segment.ip("link set port-n\(second) nomaster") }
        #expect(cut.outage < .milliseconds(500))
        #expect(cut.owners.count == 2)

        let third = try await Self.settled(lab)
        let healed = try await Self.watch(lab, "back again") {
            try lab.segment.ip("link set port-n\(second) master br0")
        }
        // What it took while it was alone it gives up when it hears the others; nothing moves.
        let returned = healed.answers.filter { $0.from == SegmentLab.mac(second) }
        let double =
            zip(returned.first.map { [$0] } ?? [], returned.last.map { [$0] } ?? [])
            .map { $0.moment.duration(to: $1.moment) }.first ?? .zero
        #expect(double < .milliseconds(150), "two answered for \(double)")
        #expect(healed.owners.last == SegmentLab.mac(third))
        #expect(healed.outage < .milliseconds(100))

        let stopped = try await Self.watch(lab, "stopped") { lab.signal(third, SIGTERM) }
        // One probe lost at most.
        #expect(stopped.outage < .milliseconds(60), "\(lab.logs)")
        #expect(stopped.owners.count == 2)
        #expect(stopped.owners.last != SegmentLab.mac(third))
    }

    @Test("A host that has the address already keeps it, and nobody claims it until it is gone") func stranger()
        async throws
    {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        try lab.client.ip("address add \(SegmentLab.address)/32 dev lo")
        try await lab.start(1...2)
        let isReported = try await eventually {
            var texts = ""
            for number in 1...2 {
                texts += try await lab.node(number).run("curl", "-s", "http://127.0.0.1:7472/v1/status").output
            }
            return texts.contains("Conflict") && texts.contains("\(SegmentLab.clientMAC)")
        }
        #expect(isReported)
        #expect(try await lab.ask(for: .milliseconds(300)).answers.isEmpty)
        try lab.client.ip("address delete \(SegmentLab.address)/32 dev lo")
        #expect(
            try await eventually(within: .seconds(30)) { try await !lab.ask(for: .milliseconds(100)).answers.isEmpty })
    }
}
