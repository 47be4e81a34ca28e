import Addresses
import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// Segments that are not like the one of the other labs.
@Suite("Segments", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct SegmentTests {
    @Test("A thousand addresses, and a node dies: its own move, all in time, and no other is touched")
    func thousand() async throws {
        let lab = try SegmentLab(nodes: 5)
        defer { lab.stop() }
        try await lab.start(1...5)
        // With owners that stay, a node that starts first would have more of what is there already.
        try lab.write(services: 1001)
        let addresses = (0..<1000).map { IPv4Address(rawValue: SegmentLab.others.rawValue + UInt32($0)) }
        func owners() async throws -> [IPv4Address: [MACAddress]] {
            let logs = try await SegmentLab.ask(addresses, every: .seconds(1), for: .seconds(2), from: lab.client)
            return logs.mapValues { log in log.owners }
        }
        var before: [IPv4Address: [MACAddress]] = [:]
        let areClaimed = try await eventually(within: .seconds(30)) {
            before = try await owners()
            return before.values.allSatisfy { $0.count == 1 }
        }
        try #require(areClaimed, "\(before.filter { $0.value.count != 1 }.count)")
        // Each is announced for the fourth time after three seconds; nodes that started together have levelled their shares
        // by then, too.
        try await Task.sleep(for: .seconds(16))
        before = try await owners()
        let shares = Dictionary(grouping: before.values.joined()) { $0 }.mapValues(\.count)
        // Bounded load: with the one of the lab there are 1,001.
        #expect(shares.count == 5 && shares.values.allSatisfy { (199...202).contains($0) }, "\(shares)")

        let victim = try await FailoverTests.settled(lab)
        let lost = addresses.filter { before[$0] == [SegmentLab.mac(victim)] }
        let framesBefore = try await lab.framesSent()
        async let asked = SegmentLab.ask(lost, every: .milliseconds(100), for: .seconds(2.5), from: lab.client)
        try await Task.sleep(for: .milliseconds(500))
        lab.kill(victim)
        let logs = try await asked
        let outages = logs.values.map(\.outage).sorted()
        let frames = try await lab.framesSent() - framesBefore
        print(
            "killed with \(lost.count) of 1000 addresses: outage median \(outages[outages.count / 2].inSeconds) s, "
                + "maximum \(outages.last?.inSeconds ?? .infinity) s; \(frames) frames from the nodes, "
                + "\(logs.values.map(\.answers.count).reduce(0, +)) of them answers")
        // A question every 100 ms, and two cores for five nodes.
        #expect(outages.allSatisfy { $0 < .seconds(1) })
        #expect(logs.values.allSatisfy { $0.owners.count == 2 })

        let after = try await owners()
        let moved = addresses.filter { before[$0] != after[$0] }
        #expect(Set(moved) == Set(lost))
        let newShares = Dictionary(grouping: after.values.joined()) { $0 }.mapValues(\.count)
        #expect(newShares.count == 4 && newShares.values.allSatisfy { (240...260).contains($0) }, "\(newShares)")
    }

    @Test("Killed and back within the detection time: it answers again soon, or another does") func restarted()
        async throws
    {
        let lab = try SegmentLab(nodes: 3, arguments: ["--liveness-multiplier", "30"])
        defer { lab.stop() }
        try await lab.start(1...3)
        let owner = try await FailoverTests.settled(lab)
        let restarted = try await FailoverTests.watch(lab, "killed and restarted", for: .seconds(5)) {
            lab.kill(owner)
            try lab.launch(owner)
        }
        // A node that says that it does not hold the address any more is replaced at once.
        #expect(restarted.owners.first == SegmentLab.mac(owner) && restarted.owners.count <= 2, "\(lab.logs)")
        #expect(restarted.outage < .seconds(3))
    }

    @Test("A second segment that appears late is claimed too; each has an owner of its own, and a cut concerns one")
    func second() async throws {
        let lab = try SegmentLab(nodes: 3)
        defer { lab.stop() }
        try await lab.start(1...3)
        let owner = try await FailoverTests.settled(lab)

        try lab.segment.addBridge("br1")
        let client = try NetworkNamespace("client2")
        try lab.segment.attach("eth0", of: client, to: "br1")
        try client.ip("link set eth0 address \(SegmentLab.clientMAC)")
        try client.ip("address add 198.51.100.250/24 dev eth0")
        let appeared = ContinuousClock.now
        for number in 1...3 {
            try lab.segment.ip("link add late-n\(number) type veth peer name eth1 netns \(lab.node(number).name)")
            try lab.segment.ip("link set late-n\(number) up master br1")
            try lab.node(number).ip("link set eth1 address 02:00:00:00:01:0\(number) up")
            try lab.node(number).ip("address add 198.51.100.\(number)/24 dev eth1")
        }
        func ask(for duration: Duration) async throws -> AnswerLog {
            try await SegmentLab.ask([SegmentLab.address], every: .milliseconds(5), for: duration, from: client)
                .values.first ?? AnswerLog(began: .zero)
        }
        let isClaimed = try await eventually { try await !ask(for: .milliseconds(100)).answers.isEmpty }
        #expect(isClaimed, "\(lab.logs)")
        print("late interfaces: somebody answers \((ContinuousClock.now - appeared).inSeconds) s after the first came")
        try await Task.sleep(for: .seconds(2))
        let second = try await ask(for: .milliseconds(500))
        let holder = try #require(second.owners.last)
        #expect(second.owners.count == 1, "\(second.owners)")

        // The node that owns it there is cut off there alone.
        let number = try #require((1...3).first { holder == MACAddress(2, 0, 0, 0, 1, UInt8($0)) })
        async let elsewhere = ask(for: .seconds(2))
        let here = try await FailoverTests.watch(lab, "cut off on the other segment") {
            try lab.segment.ip("link set late-n\(number) nomaster")
        }
        let there = try await elsewhere
        print("the other segment: outage \(there.outage.inSeconds) s")
        #expect(here.owners == [SegmentLab.mac(owner)] && here.outage < .milliseconds(100), "\(lab.logs)")
        #expect(there.owners.count == 2 && there.outage < .milliseconds(600), "\(lab.logs)")
    }

    @Test("Multicast does not pass: it is said, one answers, and another when that one dies") func noMulticast()
        async throws
    {
        let lab = try SegmentLab(nodes: 3)
        defer { lab.stop() }
        let folder = try TemporaryFolder()
        // The packets of liveness, of either family.
        let file = try folder.write(
            "rules",
            """
            table bridge lab {
                chain forward {
                    type filter hook forward priority 0
                    ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00 udp dport 3784 drop
                }
            }
            """)
        let loaded = try await lab.segment.run("nft", "-f", file)
        try #require(loaded.succeeded, "\(loaded)")
        try await lab.start(1...3)
        // Claims at the start may meet.
        var quiet = try await lab.ask(for: .seconds(1))
        let isSettled = try await eventually(within: .seconds(15)) {
            quiet = try await lab.ask(for: .seconds(1))
            return quiet.owners.count == 1
        }
        #expect(isSettled, "\(quiet.owners)")
        let owner = try #require((1...3).first { quiet.owners.last == SegmentLab.mac($0) })
        let isSaid = try await eventually {
            try await lab.node(owner).run("curl", "-s", "http://127.0.0.1:7472/metrics").output
                .split(separator: "\n").contains { $0.hasPrefix("martlet_segment_unheard") && !$0.hasSuffix(" 0") }
        }
        #expect(isSaid, "\(lab.logs)")
        let killed = try await FailoverTests.watch(lab, "killed where multicast does not pass", for: .seconds(8)) {
            lab.kill(owner)
        }
        #expect(killed.owners.count == 2, "\(killed.owners)")
        #expect(killed.outage < .seconds(6), "\(lab.logs)")
    }
}
