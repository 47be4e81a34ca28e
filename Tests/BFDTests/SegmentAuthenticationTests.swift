import Addresses
import BFD
import TestSupport
import Testing
import Timing
import WireIdentity

@Suite("Authentication on a segment") struct SegmentAuthenticationTests {
    static let names = ["n1", "n2"]

    static func configuration(_ secret: String?, instance: UInt64 = 1) -> SegmentConfiguration {
        SegmentConfiguration(
            key: secret.flatMap { AuthenticationKey(keyID: 1, secret: $0.utf8) },
            credentials: SpeakerCredentials(
                key: secret.map { SigningKey(secret: Array($0.utf8)) }, firstNumber: 1_000_000, instance: instance))
    }

    static func source(_ node: Int, _ family: AddressFamily) -> IPAddress {
        family == .ipv4
            ? .v4(IPv4Address(192, 0, 2, UInt8(node + 1)))
            : .v6(IPv6Address(rawValue: 0xFE80 << 112 | UInt128(node + 1)))
    }

    /// Two nodes that hear each other's packets over both families for a second; what each dropped, and who is up.
    static func run(_ secrets: [String?]) -> (up: [[String]], drops: [Set<DropReason>], packets: [LivenessPacket]) {
        var generator = SeededGenerator(seed: 1)
        var segments = secrets.enumerated().map { number, secret in
            Segment(
                node: names[number], identities: NodeIdentities(names), families: [.ipv4, .ipv6],
                configuration: configuration(secret, instance: UInt64(number)), at: .zero)
        }
        var drops: [Set<DropReason>] = [[], []]
        var packets: [LivenessPacket] = []
        var now = Instant.zero
        while now < .zero.advanced(by: .seconds(1)) {
            for number in segments.indices {
                for case .send(let packet, let family) in segments[number].handle(
                    .deadlineReached, at: now, using: &generator)
                {
                    if number == 0 { packets.append(packet) }
                    let actions = segments[1 - number].handle(
                        .received(packet, from: source(number, family), hopLimit: 255), at: now, using: &generator)
                    for case .dropped(let reason, _) in actions { drops[1 - number].insert(reason) }
                }
            }
            now = segments.compactMap(\.nextDeadline).min() ?? now
        }
        return (segments.map(\.upNodes), drops, packets)
    }

    @Test("One key on both → both are up, over both families, and nothing is dropped") func same() {
        let (up, drops, packets) = Self.run(["secret", "secret"])
        #expect(up == [["n2"], ["n1"]])
        #expect(drops == [[], []])
        #expect(packets.count > 30)
    }

    @Test(
        "Different keys, or a key on one side alone → neither is up for who has a key, and the reason is counted",
        arguments: [
            (["secret", "other"], [Set([DropReason.signatureWrong]), Set([.signatureWrong])]),
            (["secret", nil], [Set([.signatureMissing]), Set([.signatureUnexpected])]),
        ] as [([String?], [Set<DropReason>])])
    func different(secrets: [String?], expected: [Set<DropReason>]) {
        let (up, drops, _) = Self.run(secrets)
        #expect(up == [[], []])
        #expect(drops == expected)
    }

    @Test("A packet that was heard is not taken again, from whatever address it is sent") func replay() throws {
        let (_, _, packets) = Self.run(["secret", "secret"])
        var generator = SeededGenerator(seed: 2)
        var segment = Segment(
            node: "n2", identities: NodeIdentities(Self.names), families: [.ipv4],
            configuration: Self.configuration("secret"), at: .zero)
        func receive(_ packet: LivenessPacket, _ source: IPAddress, _ milliseconds: Int) -> [Segment.Action] {
            segment.handle(
                .received(packet, from: source, hopLimit: 255), at: .zero.advanced(by: .milliseconds(milliseconds)),
                using: &generator)
        }
        _ = receive(packets[0], Self.source(0, .ipv4), 1)
        #expect(segment.upNodes == ["n1"])
        let forger = IPAddress.v4(IPv4Address(192, 0, 2, 66))
        #expect(receive(packets[0], forger, 2) == [.dropped(.numberRepeated, from: forger)])
        let next = receive(packets[1], Self.source(0, .ipv6), 3)
        #expect(!next.contains { if case .dropped = $0 { true } else { false } })
    }
}
