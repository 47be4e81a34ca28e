import Addresses
import BFD
import TestSupport
import Testing
import Timing
import WireCodec
import WireIdentity

/// Whom a segment takes for a node of its cluster.
@Suite("Identity on a segment") struct SegmentIdentityTests {
    static let names = ["n1", "n2", "n3"]
    static let identities = NodeIdentities(names)
    static let source = IPAddress.v4(IPv4Address(192, 0, 2, 2))
    static let other = IPAddress.v4(IPv4Address(192, 0, 2, 22))
    static let mac1 = MACAddress(2, 0, 0, 0, 0, 1)
    static let mac2 = MACAddress(2, 0, 0, 0, 0, 2)
    static let mac9 = MACAddress(2, 0, 0, 0, 0, 9)

    enum Signing: Sendable { case nothing, key(String) }

    static func credentials(_ secret: String? = nil) -> SpeakerCredentials {
        SpeakerCredentials(key: secret.map { SigningKey(secret: Array($0.utf8)) }, firstNumber: 1000, instance: 1)
    }

    /// n1, who hears.
    struct Subject {
        var segment: Segment
        var generator = SeededGenerator(seed: 3)
        var now = Instant.zero

        init(_ credentials: SpeakerCredentials = SegmentIdentityTests.credentials(), secret: String? = nil) {
            let configuration = SegmentConfiguration(
                key: secret.flatMap { AuthenticationKey(keyID: 1, secret: $0.utf8) }, credentials: credentials)
            segment = Segment(
                node: "n1", identities: identities, families: [.ipv4], configuration: configuration, at: .zero)
            handle(.hardwareAddressesChanged(own: mac1, ofHost: [mac1]))
        }

        @discardableResult mutating func handle(_ event: Segment.Event) -> [Segment.Action] {
            segment.handle(event, at: now, using: &generator)
        }

        @discardableResult mutating func hear(
            _ packet: LivenessPacket, from source: IPAddress = SegmentIdentityTests.source
        ) -> [Segment.Action] { handle(.received(packet, from: source, hopLimit: 255)) }

        @discardableResult mutating func pass(_ duration: Duration) -> [Segment.Action] {
            var actions: [Segment.Action] = []
            let end = now.advanced(by: duration)
            while let next = segment.nextDeadline, next <= end {
                now = max(now, next)
                actions += handle(.deadlineReached)
            }
            now = end
            return actions
        }

        var addresses: [String: Set<MACAddress>] {
            Dictionary(uniqueKeysWithValues: segment.members.filter(\.isUp).map { ($0.node, $0.hardwareAddresses) })
        }
    }

    static func packet(
        _ node: String = "n2", _ state: SessionState = .up, number: UInt64 = 1, cluster: String = "default",
        instance: UInt64 = 2, mac: MACAddress = mac2, secret: String? = nil
    ) -> LivenessPacket {
        let control = ControlPacket(
            state: state, detectMultiplier: 5, myDiscriminator: identities.discriminator(of: node) ?? 99,
            desiredMinTxInterval: .milliseconds(50), isDemand: true, isMultipoint: true)
        let packet = LivenessPacket(
            control,
            trailer: LivenessTrailer(
                cluster: ClusterIdentity(name: cluster), instance: instance, hardwareAddress: mac, number: number))
        return secret.map { packet.signed(with: SigningKey(secret: Array($0.utf8))) } ?? packet
    }

    /// As the previous version sends it.
    static func previous(_ node: String = "n2", secret: String? = nil, sequence: UInt32 = 7) -> LivenessPacket {
        var control = packet(node).control
        if let key = secret.flatMap({ AuthenticationKey(keyID: 1, secret: $0.utf8) }) {
            control = key.sign(control, sequenceNumber: sequence)
        }
        return LivenessPacket(control)
    }

    static func drops(_ actions: [Segment.Action]) -> [DropReason] {
        actions.compactMap { if case .dropped(let reason, _) = $0 { reason } else { nil } }
    }

    // MARK: Octets

    @Test(
        "A packet with a trailer, with and without signatures → read as it was written, and by the previous version too"
    )
    func codec() throws {
        let key = try #require(AuthenticationKey(keyID: 1, secret: "secret".utf8))
        for isAuthenticated in [false, true] {
            for secret in [nil, "secret"] {
                var packet = Self.packet(secret: nil)
                if isAuthenticated { packet.control = key.sign(packet.control, sequenceNumber: 9) }
                if let secret { packet = packet.signed(with: SigningKey(secret: Array(secret.utf8))) }
                var writer = ByteWriter()
                packet.encode(into: &writer)
                let read = try LivenessPacket(decoding: writer.bytes.span)
                #expect(read == packet)
                #expect(secret.map { read.isSigned(with: SigningKey(secret: Array($0.utf8))) } ?? true)
                // The previous version reads the control packet, and nothing behind it.
                var reader = ByteReader(writer.bytes.span)
                let previous = try ControlPacket(decoding: &reader)
                #expect(previous == packet.control && (!isAuthenticated || key.hasSigned(previous)))
            }
        }
    }

    @Test("Any octet of a signed packet is changed → the signature is wrong, or nothing is read") func tampering() {
        let key = SigningKey(secret: Array("secret".utf8))
        var writer = ByteWriter()
        Self.packet(secret: "secret").encode(into: &writer)
        for index in writer.bytes.indices {
            for bit in 0..<8 {
                var octets = writer.bytes
                octets[index] ^= 1 << UInt8(bit)
                let packet = try? LivenessPacket(decoding: octets.span)
                #expect(packet?.isSigned(with: key) != true, "octet \(index), bit \(bit)")
            }
        }
    }

    @Test("A trailer that is cut off → dropped; something else behind the packet → the previous version's") func cut() {
        var writer = ByteWriter()
        Self.packet(secret: "secret").encode(into: &writer)
        for end in 24..<writer.bytes.count {
            let octets = Array(writer.bytes[..<end])
            do throws(DropReason) {
                let packet = try LivenessPacket(decoding: octets.span)
                #expect(end < 28 && packet.trailer == nil, "\(end)")
            } catch { #expect(end >= 28 && error == .trailerMalformed, "\(end): \(error)") }
        }
    }

    // MARK: Clusters and twins

    @Test("Another cluster's speakers → strangers, named; of ours with equal names nothing is missed") func foreign() {
        var subject = Subject()
        subject.hear(Self.packet())
        let actions = subject.hear(Self.packet(cluster: "other", instance: 5, mac: Self.mac9), from: Self.other)
        #expect(Self.drops(actions) == [.foreignCluster])
        // Our own name, too, is theirs to use.
        let own = subject.hear(Self.packet("n1", cluster: "other", instance: 6, mac: Self.mac9), from: Self.other)
        #expect(Self.drops(own) == [.foreignCluster])
        let speakers = subject.segment.foreignSpeakers(at: subject.now)
        #expect(Set(speakers.map(\.node)) == ["n1", "n2"])
        #expect(speakers.allSatisfy { $0.cluster == ClusterIdentity(name: "other") && $0.hardwareAddress == Self.mac9 })
        #expect(subject.segment.twins(at: subject.now).isEmpty)
        #expect(subject.addresses == ["n2": [Self.mac2]])
        // The other one goes on; ours is dead.
        for _ in 0..<10 {
            subject.pass(.milliseconds(50))
            subject.hear(Self.packet(cluster: "other", instance: 5, mac: Self.mac9), from: Self.other)
        }
        #expect(subject.segment.upNodes.isEmpty)
    }

    @Test("Another host as this node, in this cluster → a twin; our own packets, and those of our former self → none")
    func twin() {
        var subject = Subject()
        let rows: [(LivenessPacket, DropReason, Int)] = [
            (Self.packet("n1", instance: 1, mac: Self.mac1), .reflected, 0),
            (Self.packet("n1", instance: 8, mac: Self.mac1), .ownDiscriminator, 0),
            (Self.packet("n1", instance: 9, mac: Self.mac9), .ownDiscriminator, 1),
            (Self.packet("n1", instance: 9, mac: Self.mac9), .ownDiscriminator, 1),
        ]
        for (packet, reason, twins) in rows {
            #expect(Self.drops(subject.hear(packet)) == [reason])
            #expect(subject.segment.twins(at: subject.now).count == twins)
        }
        #expect(subject.segment.twins(at: subject.now).map(\.hardwareAddress) == [Self.mac9])
        subject.pass(.seconds(10))
        #expect(subject.segment.twins(at: subject.now).isEmpty)
    }

    @Test("Two hosts as one other node → told apart by hardware address: the loss of one is told") func twins() {
        var subject = Subject()
        subject.hear(Self.packet())
        subject.hear(Self.packet(instance: 3, mac: Self.mac9), from: Self.other)
        #expect(subject.addresses == ["n2": [Self.mac2, Self.mac9]])
        #expect(subject.segment.members.map(\.hasTwin) == [true])
        var told: [Segment.Action] = []
        for number in 0..<20 {
            told += subject.pass(.milliseconds(50))
            told += subject.hear(Self.packet(number: 2 + UInt64(number), instance: 3, mac: Self.mac9), from: Self.other)
        }
        #expect(subject.addresses == ["n2": [Self.mac9]])
        #expect(told.contains { if case .memberChanged(let member, .up) = $0 { !member.hasTwin } else { false } })
    }

    @Test("One node with two interfaces here, and one that restarts → no twins") func noTwins() {
        var subject = Subject()
        subject.hear(Self.packet())
        subject.hear(Self.packet(mac: Self.mac9), from: Self.other)
        #expect(subject.addresses == ["n2": [Self.mac2, Self.mac9]])
        #expect(subject.segment.members.map(\.hasTwin) == [false])
        subject = Subject()
        subject.hear(Self.packet())
        subject.hear(Self.packet(instance: 77))
        #expect(subject.addresses == ["n2": [Self.mac2]] && subject.segment.members.map(\.hasTwin) == [false])
    }

    // MARK: The previous version

    @Test("The previous version's packets → members as far as they are to be, and no way back for who has said more")
    func previousVersion() {
        var subject = Subject()
        subject.hear(Self.previous())
        #expect(subject.addresses == ["n2": []])
        // It was upgraded, without being lost in between.
        let upgraded = subject.hear(Self.packet(number: 5))
        #expect(subject.addresses == ["n2": [Self.mac2]])
        #expect(!upgraded.contains { if case .memberChanged(let member, _) = $0 { !member.isUp } else { false } })
        #expect(Self.drops(subject.hear(Self.previous())) == [.previousVersion])
        // Without a key anybody can have said more. So it does not hold for ever.
        subject.pass(.seconds(10))
        #expect(Self.drops(subject.hear(Self.previous())).isEmpty)
        #expect(subject.segment.upNodes == ["n2"])

        var refusing = Self.credentials()
        refusing.acceptsPreviousVersion = false
        subject = Subject(refusing)
        #expect(Self.drops(subject.hear(Self.previous())) == [.previousVersion])
        #expect(subject.segment.distrusted(at: subject.now) == ["n2": .previousVersion])
    }

    @Test(
        "With a key, the previous version → taken if it signs with it, until it has signed a trailer, and never after")
    func previousVersionSigned() {
        var subject = Subject(Self.credentials("secret"), secret: "secret")
        #expect(Self.drops(subject.hear(Self.previous())) == [.authenticationMissing])
        #expect(subject.segment.distrusted(at: subject.now) == ["n2": .unsigned])
        #expect(Self.drops(subject.hear(Self.previous(secret: "secret"))).isEmpty)
        #expect(subject.segment.upNodes == ["n2"])
        subject.hear(Self.packet(number: 5, secret: "secret"))
        #expect(subject.addresses == ["n2": [Self.mac2]])
        subject.pass(.seconds(3600))
        #expect(Self.drops(subject.hear(Self.previous(secret: "secret", sequence: 8))) == [.previousVersion])
        #expect(subject.segment.upNodes.isEmpty)
    }

    @Test("A cluster gets a key with the upgrade → the previous version is heard unsigned, and hears this node")
    func previousVersionUnsigned() {
        var credentials = Self.credentials("secret")
        credentials.acceptsUnsigned = true
        var subject = Subject(credentials, secret: "secret")
        func sent(_ actions: [Segment.Action]) -> [LivenessPacket] {
            actions.compactMap { if case .send(let packet, _) = $0 { packet } else { nil } }
        }
        #expect(sent(subject.pass(.milliseconds(200))).allSatisfy { $0.control.authentication != nil })
        subject.hear(Self.previous())
        #expect(subject.segment.upNodes == ["n2"])
        let packets = sent(subject.pass(.milliseconds(200)))
        #expect(!packets.isEmpty)
        #expect(packets.allSatisfy { $0.control.authentication == nil && $0.trailer?.signature != nil })
        // Whoever has this version signs.
        #expect(Self.drops(subject.hear(Self.packet("n3"))) == [.signatureMissing])
    }

    // MARK: Keys and numbers

    @Test(
        "Keys that differ → the packet is dropped, and what is wrong is known",
        arguments: [
            ("another key", "secret", packet(secret: "other"), .signatureWrong, .otherKey),
            ("no key there", "secret", packet(), .signatureMissing, .unsigned),
            ("no key here", nil, packet(secret: "secret"), .signatureUnexpected, .signs),
            ("the previous version's other key", "secret", previous(secret: "other"), .authenticationDigest, .otherKey),
            ("the previous version, no key here", nil, previous(secret: "x"), .authenticationUnexpected, .signs),
        ] as [(String, String?, LivenessPacket, DropReason, Distrust)])
    func keys(row: (name: String, secret: String?, packet: LivenessPacket, reason: DropReason, doubt: Distrust)) {
        var subject = Subject(Self.credentials(row.secret), secret: row.secret)
        #expect(Self.drops(subject.hear(row.packet)) == [row.reason])
        #expect(subject.segment.distrusted(at: subject.now) == ["n2": row.doubt])
        // Somebody forges, and the node is there all the same.
        subject.hear(Self.packet(number: 9, secret: row.secret))
        #expect(subject.segment.distrusted(at: subject.now).isEmpty && subject.segment.upNodes == ["n2"])
    }

    @Test("A recording of a dead node, sent again an hour later, also after the interface was away → rejected")
    func recordings() {
        var subject = Subject(Self.credentials("secret"), secret: "secret")
        let recorded = (1...20).map { Self.packet(number: $0, secret: "secret") }
        for packet in recorded {
            subject.hear(packet)
            subject.pass(.milliseconds(50))
        }
        #expect(subject.segment.upNodes == ["n2"])
        subject.pass(.seconds(3600))
        for packet in recorded { #expect(Self.drops(subject.hear(packet)) == [.numberRepeated]) }
        #expect(subject.segment.upNodes.isEmpty)
        // A node that was deleted and made again is another one by its numbers alone.
        subject.handle(.nodesChanged(NodeIdentities(["n1"])))
        subject.handle(.nodesChanged(Self.identities))
        #expect(Self.drops(subject.hear(recorded[19])) == [.numberRepeated])
        var next = Segment(
            node: "n1", identities: Self.identities, families: [.ipv4],
            configuration: subject.segment.configuration, memory: subject.segment.memory, at: subject.now)
        let again = next.handle(
            .received(recorded[19], from: Self.source, hopLimit: 255), at: subject.now, using: &subject.generator)
        #expect(Self.drops(again) == [.numberRepeated])
        // It restarts: its numbers begin at the time of day.
        #expect(Self.drops(subject.hear(Self.packet(number: 5000, instance: 4, secret: "secret"))).isEmpty)
        #expect(subject.segment.upNodes == ["n2"])
    }

    @Test("Without a key, a copy and what was overtaken → dropped; a forged number shuts nobody out") func copies() {
        var subject = Subject()
        subject.hear(Self.packet(number: 100))
        #expect(Self.drops(subject.hear(Self.packet(number: 100))) == [.numberRepeated])
        #expect(Self.drops(subject.hear(Self.packet("n2", .adminDown, number: 90))) == [.numberRepeated])
        #expect(Self.drops(subject.hear(Self.packet(number: .max))).isEmpty)
        #expect(Self.drops(subject.hear(Self.packet(number: 101))).isEmpty)
        #expect(Self.drops(subject.hear(Self.packet(number: 102))).isEmpty)
    }

    @Test("Each packet that is sent → a higher number, above the first, also on the next segment") func numbers() {
        var subject = Subject(Self.credentials("secret"), secret: "secret")
        func numbers(_ actions: [Segment.Action]) -> [UInt64] {
            actions.compactMap { if case .send(let packet, _) = $0 { packet.trailer?.number } else { nil } }
        }
        let first = numbers(subject.pass(.seconds(1)))
        #expect(first.count > 15 && first == first.sorted() && Set(first).count == first.count)
        #expect(first.allSatisfy { $0 > 1000 })
        subject.segment = Segment(
            node: "n1", identities: Self.identities, families: [.ipv4],
            configuration: subject.segment.configuration, memory: subject.segment.memory, at: subject.now)
        #expect(numbers(subject.pass(.seconds(1))).allSatisfy { $0 > first.last ?? .max })
    }

    @Test("Made-up clusters, instances and addresses, ten thousand of each → what is kept is bounded") func bounds() {
        var subject = Subject()
        for number in 0..<10_000 {
            let mac = MACAddress(truncatingIfNeeded: UInt64(number))
            subject.hear(Self.packet(cluster: "c\(number)", mac: mac))
            subject.hear(Self.packet("n1", instance: UInt64(number) + 2, mac: mac))
            subject.hear(Self.packet("n2", instance: UInt64(number), mac: mac))
        }
        #expect(subject.segment.foreignSpeakers(at: subject.now).count <= 64)
        #expect(subject.segment.twins(at: subject.now).count <= 8)
        #expect(subject.segment.members.allSatisfy { $0.hardwareAddresses.count <= 8 })
    }
}
