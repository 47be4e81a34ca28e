import Addresses
import BFD
import TestSupport
import Testing
import Timing

@Suite("A segment")
struct SegmentTests {
    private static let identities = NodeIdentities(["n1", "n2", "n3"])
    private static let v4 = IPAddress.v4(IPv4Address(192, 0, 2, 2))
    private static let v6 = IPAddress.v6(IPv6Address(rawValue: 0xFE80 << 112 | 2))

    private struct Subject {
        var segment: Segment
        var generator = SeededGenerator(seed: 1)
        var now = Instant.zero

        init(
            families: Set<AddressFamily> = [.ipv4, .ipv6], configuration: SegmentConfiguration = SegmentConfiguration()
        ) {
            segment = Segment(
                node: "n1", identities: SegmentTests.identities, families: families, configuration: configuration,
                at: .zero)
        }

        @discardableResult mutating func handle(_ event: Segment.Event) -> [Segment.Action] {
            segment.handle(event, at: now, using: &generator)
        }

        @discardableResult mutating func hear(
            _ node: String, _ state: SessionState = .up, from source: IPAddress = SegmentTests.v4,
            interval: Duration = .milliseconds(50)
        ) -> [Segment.Action] {
            handle(
                .received(
                    LivenessPacket(SegmentTests.packet(node, state, interval: interval)), from: source, hopLimit: 255))
        }

        mutating func pass(_ duration: Duration) -> [Segment.Action] {
            var actions: [Segment.Action] = []
            let end = now.advanced(by: duration)
            while let next = segment.nextDeadline, next <= end {
                now = max(now, next)
                actions += handle(.deadlineReached)
            }
            now = end
            return actions
        }
    }

    private static func packet(
        _ node: String, _ state: SessionState = .up, interval: Duration = .milliseconds(50)
    ) -> ControlPacket {
        ControlPacket(
            state: state, detectMultiplier: 5, myDiscriminator: identities.discriminator(of: node) ?? 99,
            desiredMinTxInterval: interval, isDemand: true, isMultipoint: true)
    }

    @Test("A node is up with its first packet, and lost after five intervals of silence, to the nanosecond")
    func upAndLost() {
        var subject = Subject()
        let up = SegmentMember(node: "n2", address: SegmentTests.v4, state: .up, since: .zero)
        #expect(subject.hear("n2") == [.memberChanged(up, from: .down)])
        #expect(subject.segment.upNodes == ["n2"])
        #expect(subject.pass(.nanoseconds(249_999_999)).members.isEmpty)
        let down = SegmentMember(
            node: "n2", address: SegmentTests.v4, state: .down, since: Instant(nanoseconds: 250_000_000),
            diagnostic: .controlDetectionTimeExpired)
        #expect(subject.pass(.nanoseconds(1)).members == [.memberChanged(down, from: .up)])
        #expect(subject.segment.members == [down] && subject.segment.upNodes.isEmpty)
    }

    @Test("The head's own interval decides, not ours")
    func detectionTime() {
        var subject = Subject()
        subject.hear("n2", interval: .milliseconds(200))
        #expect(subject.pass(.milliseconds(999)).members.isEmpty)
        #expect(subject.pass(.milliseconds(1)).members.count == 1)
    }

    @Test("AdminDown is believed at once; Up again brings it back")
    func administrativelyDown() {
        var subject = Subject()
        subject.hear("n2")
        _ = subject.pass(.milliseconds(10))
        let left = SegmentMember(
            node: "n2", address: SegmentTests.v4, state: .adminDown, since: subject.now,
            diagnostic: .neighborSignaledSessionDown)
        #expect(subject.hear("n2", .adminDown) == [.memberChanged(left, from: .up)])
        #expect(subject.hear("n2", .adminDown).isEmpty)
        #expect(subject.pass(.seconds(1)).members.isEmpty)
        #expect(subject.segment.members == [left])
        #expect(subject.hear("n2").members.count == 1)
        #expect(subject.hear("n3", .adminDown).isEmpty && subject.hear("n3", .down).isEmpty)
        #expect(subject.segment.members.map(\.node) == ["n2"])
    }

    @Test("Heard over both families, a node is up until both are silent")
    func families() {
        var subject = Subject()
        #expect(subject.hear("n2", from: SegmentTests.v6).members.count == 1)
        // IPv4 is the better address to name it by.
        let moved = subject.hear("n2", from: SegmentTests.v4).members
        #expect(moved.count == 1)
        #expect(subject.segment.members.first?.address == SegmentTests.v4)
        #expect(subject.segment.members.first?.since == .zero)
        for _ in 0..<10 {
            _ = subject.pass(.milliseconds(50))
            subject.hear("n2", from: SegmentTests.v6)
        }
        #expect(subject.segment.upNodes == ["n2"])
        #expect(subject.segment.members.first?.address == SegmentTests.v6)
        _ = subject.pass(.milliseconds(250))
        #expect(subject.segment.upNodes.isEmpty)
    }

    @Test("What a segment does not accept changes no member, and has its reason")
    func reception() {
        let good = SegmentTests.packet("n2")
        func changed(_ change: (inout ControlPacket) -> Void) -> ControlPacket {
            var packet = good
            change(&packet)
            return packet
        }
        let rows: [(ControlPacket, UInt8, DropReason)] = [
            (good, 254, .hopLimitTooLow),
            (good, 1, .hopLimitTooLow),
            (changed { $0.isMultipoint = false }, 255, .multipointMissing),
            (changed { $0.yourDiscriminator = 1 }, 255, .yourDiscriminatorNotZero),
            (changed { $0.authentication = .simplePassword(keyID: 1, password: [1]) }, 255, .authenticationUnexpected),
            (SegmentTests.packet("stranger"), 255, .unknownSender),
            (SegmentTests.packet("n1"), 255, .ownDiscriminator),
            (changed { $0.desiredMinTxInterval = .zero }, 255, .desiredMinTxIntervalZero),
            (changed { $0.desiredMinTxInterval = .seconds(6.001) }, 255, .detectionTimeTooLong),
        ]
        for (packet, hopLimit, reason) in rows {
            var subject = Subject()
            let actions = subject.handle(.received(LivenessPacket(packet), from: SegmentTests.v4, hopLimit: hopLimit))
            #expect(actions == [.dropped(reason, from: SegmentTests.v4)])
            #expect(subject.segment.members.isEmpty)
        }
    }

    @Test("One node is heard from eight addresses at most; when one stops responding, there is room again")
    func sources() {
        var subject = Subject()
        for number in UInt8(1)...8 { subject.hear("n2", from: .v4(IPv4Address(192, 0, 2, number))) }
        let ninth = IPAddress.v4(IPv4Address(192, 0, 2, 9))
        #expect(subject.hear("n2", from: ninth) == [.dropped(.tooManySources, from: ninth)])
        // That it is up again is told a second after it was told last.
        _ = subject.pass(.seconds(1))
        #expect(subject.hear("n2", from: ninth).members.count == 1)
    }

    @Test("A node that is configured no more is no member; one that is configured becomes one")
    func nodesChanged() {
        var subject = Subject()
        subject.hear("n2")
        subject.hear("n3")
        let actions = subject.handle(.nodesChanged(NodeIdentities(["n1", "n3", "n4"])))
        #expect(actions.members.count == 1)
        #expect(subject.segment.members.map(\.node) == ["n3"])
        #expect(subject.hear("n2") == [.dropped(.unknownSender, from: SegmentTests.v4)])
        subject.handle(.nodesChanged(SegmentTests.identities))
        #expect(subject.hear("n2").members.count == 1)
    }

    @Test("A list without this node still has it")
    func withoutSelf() {
        var generator = SeededGenerator(seed: 1)
        var segment = Segment(node: "n1", identities: NodeIdentities([]), families: [.ipv4], at: .zero)
        let sent = segment.handle(.deadlineReached, at: .zero, using: &generator)
        #expect(sent.packets.map(\.control) == [SegmentTests.packet("n1")])
    }

    @Test(
        "Packets leave over the families that there are",
        arguments: [
            ([], []), ([.ipv4], [.ipv4]), ([.ipv6], [.ipv6]), ([.ipv4, .ipv6], [.ipv4, .ipv6]),
        ] as [([AddressFamily], [AddressFamily])])
    func sending(families: [AddressFamily], expected: [AddressFamily]) {
        var subject = Subject(families: [])
        #expect(subject.pass(.milliseconds(200)).isEmpty)
        subject.handle(.familiesChanged(Set(families)))
        let sent = subject.pass(.milliseconds(50))
        #expect(sent.packets.prefix(expected.count).allSatisfy { $0.control == SegmentTests.packet("n1") })
        #expect(Set(sent.families) == Set(expected))
        #expect(sent.isEmpty == expected.isEmpty)
    }

    @Test("A caller that was stopped does not blame the others, but they have no more time than was left to them")
    func stall() {
        var subject = Subject()
        subject.hear("n2")
        _ = subject.pass(.milliseconds(100))
        let due = subject.segment.nextDeadline ?? .zero
        subject.now = due.advanced(by: .seconds(10))
        let actions = subject.handle(.deadlineReached)
        #expect(actions.contains(.stalled(.seconds(10))) && actions.members.isEmpty)
        let rest = subject.pass(.milliseconds(150))
        #expect(rest.members.count == 1)
        #expect(!rest.contains { if case .stalled = $0 { true } else { false } })
    }

    @Test("It has settled after one detection time of listening, and time in which it could not listen is not counted")
    func settles() {
        var subject = Subject()
        _ = subject.pass(.nanoseconds(249_999_999))
        #expect(!subject.segment.isSettled(at: subject.now))
        _ = subject.pass(.nanoseconds(1))
        #expect(subject.segment.isSettled(at: subject.now))
        var stalled = Subject()
        stalled.now = Instant(nanoseconds: 1_000_000_000)
        stalled.handle(.deadlineReached)
        #expect(!stalled.segment.isSettled(at: stalled.now))
        _ = stalled.pass(.milliseconds(250))
        #expect(stalled.segment.isSettled(at: stalled.now))
    }

    @Test("Leaving tells the segment over both families, goes on listening, and ends")
    func leaving() {
        var subject = Subject()
        subject.hear("n2")
        _ = subject.pass(.milliseconds(100))
        let first = subject.handle(.leave)
        #expect(first.count == 2)
        for case .send(let packet, _) in first { #expect(packet.control.state == .adminDown) }
        let rest = subject.pass(.milliseconds(250))
        #expect(rest.filter { $0 == .left }.count == 1)
        #expect(rest.filter { if case .send = $0 { true } else { false } }.count == 10)
        #expect(subject.hear("n3").members.count == 1)
        #expect(subject.handle(.leave).isEmpty)
        #expect(subject.pass(.seconds(1)).allSatisfy { if case .memberChanged = $0 { true } else { false } })
    }

    @Test("The same input gives the same actions, whatever the order of dictionaries")
    func deterministic() {
        let nodes = (1...40).map { "node\($0)" }
        func actions() -> [Segment.Action] {
            var generator = SeededGenerator(seed: 5)
            let identities = NodeIdentities(nodes)
            var segment = Segment(node: "node1", identities: identities, families: [.ipv4], at: .zero)
            var actions: [Segment.Action] = []
            for (index, node) in nodes.enumerated() {
                var packet = SegmentTests.packet(node)
                packet.myDiscriminator = identities.discriminator(of: node) ?? 1
                actions += segment.handle(
                    .received(LivenessPacket(packet), from: .v4(IPv4Address(10, 0, 0, UInt8(index))), hopLimit: 255),
                    at: .zero,
                    using: &generator)
            }
            while let next = segment.nextDeadline, next < Instant(nanoseconds: 1_000_000_000) {
                actions += segment.handle(.deadlineReached, at: next, using: &generator)
            }
            return actions
        }
        let first = actions()
        #expect(first.members.count == 78)
        for _ in 0..<5 { #expect(actions() == first) }
    }
}

extension [Segment.Action] {
    var members: [Segment.Action] { filter { if case .memberChanged = $0 { true } else { false } } }
    var packets: [LivenessPacket] { compactMap { if case .send(let packet, _) = $0 { packet } else { nil } } }
    var families: [AddressFamily] { compactMap { if case .send(_, let family) = $0 { family } else { nil } } }
}
