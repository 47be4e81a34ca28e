import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing
import WireCodec
import WireIdentity

/// What somebody on the segment who wishes us ill can bring about, without a key and with one.
@Suite("Forged and repeated claims") struct ForgeryTests {
    static let addresses: [IPAddress] = ClaimTests.addresses
    static let key = SigningKey(secret: Array("secret".utf8))
    static let attacker = MACAddress(2, 6, 6, 6, 6, 6)

    /// A frame in the name of a speaker; from its MAC address unless said otherwise.
    static func forged(
        _ kind: ClaimMark.Kind, of address: IPAddress, by speaker: Int, from hardwareAddress: MACAddress? = nil,
        term: UInt32 = 9, flags: ClaimMark.Flags = [], rank: ClaimRank = ClaimRank(), company: Int = 4,
        cluster: ClusterIdentity? = SpeakerCredentials().cluster, number: UInt64 = 1
    ) -> [UInt8] {
        let frame: ClaimFrame =
            switch kind {
            case .claim: .claim(address, to: nil)
            case .answer: .answer(address, to: ClaimWire.mac(0))
            case .greeting: .greeting(own: address)
            default: .probe(address)
            }
        var writer = ByteWriter()
        frame.encode(
            from: hardwareAddress ?? ClaimWire.mac(speaker),
            mark: ClaimMark(
                kind, flags: flags, rank: rank, speaker: ClaimWire.id(speaker), term: term, company: company),
            markExtension: cluster.map { MarkExtension(cluster: $0, number: number) }, into: &writer)
        return writer.bytes
    }

    /// One that has the address, and others that watch.
    static func owned(
        _ address: IPAddress, _ count: Int = 4, credentials: SpeakerCredentials = SpeakerCredentials()
    ) -> ClaimWire {
        let wire = ClaimWire(count, credentials: credentials)
        wire.own(address, 0)
        for number in 1..<count { wire.standBy(address, number) }
        wire.run(for: .seconds(20))
        wire.clearLog()
        return wire
    }

    /// The longest time without an owner.
    static func longestGap(_ address: IPAddress, on wire: ClaimWire, for duration: Duration) -> Duration {
        let step = Duration.milliseconds(5)
        var (longest, current, passed) = (Duration.zero, Duration.zero, Duration.zero)
        while passed < duration {
            wire.run(for: step)
            passed += step
            current = wire.holders(of: address).isEmpty ? current + step : .zero
            longest = max(longest, current)
        }
        return longest
    }

    @Test("Two forged confirmations 0.2 s apart → the owner goes on answering, and says so", arguments: addresses)
    func confirmations(address: IPAddress) {
        let wire = Self.owned(address)
        wire.sendFromStranger(Self.forged(.confirmation, of: address, by: 1))
        #expect(Self.longestGap(address, on: wire, for: .milliseconds(200)) == .zero)
        wire.sendFromStranger(Self.forged(.confirmation, of: address, by: 2, term: 10))
        #expect(Self.longestGap(address, on: wire, for: .seconds(200)) == .zero)
        #expect(wire.holders(of: address) == [0])
        #expect(Set(wire.speakers[0].forged.map(\.speaker)) == [ClaimWire.id(1), ClaimWire.id(2)])
        #expect(wire.speakers[0].claims.forgedClaims == 2)
        #expect(wire.speakers[3].reports.last == "\(address) held by 0", "nobody else is taken in")
    }

    @Test(
        "The owner is alive and hears, and its frames do not arrive → the others ask it, and one of them takes the address",
        arguments: addresses)
    func unheard(address: IPAddress) {
        let wire = Self.owned(address)
        wire.passes = { from, _ in from != 0 }
        wire.run(for: .seconds(120))
        #expect(wire.holders(of: address) == [0], "until two announcements are missing, nobody doubts")
        wire.run(for: .seconds(60))
        let holders = wire.holders(of: address)
        #expect(holders.count == 1 && holders != [0], "\(holders)")
        for holder in holders {
            #expect(Set(wire.speakers[holder].dropped.map(\.speaker)) == [ClaimWire.id(0)], "it says so")
        }
    }

    static let terms: [(name: String, term: UInt32, kind: ClaimMark.Kind)] = [
        ("term .max as a claim", .max, .claim), ("term .max as an answer", .max, .answer),
        ("term .max as a confirmation", .max, .confirmation), ("a little more", 3, .claim),
    ]

    @Test("A forged better claim, twelve a second → the owner is never silent", arguments: terms.indices)
    func betterClaims(index: Int) {
        let (name, term, kind) = Self.terms[index]
        for address in Self.addresses {
            let wire = Self.owned(address)
            for round in 0..<60 {
                wire.sendFromStranger(Self.forged(kind, of: address, by: 1 + round % 3, term: term))
                #expect(Self.longestGap(address, on: wire, for: .milliseconds(85)) == .zero, "\(name), \(address)")
            }
            #expect(wire.holders(of: address) == [0])
            // Who takes over afterwards is not locked out by the term.
            wire.passes = { from, to in from != 0 && to != 0 }
            for number in 1..<4 { wire.hear([1, 2, 3].filter { $0 != number }, number) }
            wire.own(address, 1)
            #expect(Self.longestGap(address, on: wire, for: .seconds(3)) <= .milliseconds(40), "\(name), \(address)")
        }
    }

    @Test("Two forged claims of the lowest rank 0.1 s apart → the owner goes on answering", arguments: addresses)
    func lowest(address: IPAddress) {
        let wire = Self.owned(address)
        for _ in 0..<20 {
            let frame = Self.forged(.claim, of: address, by: 1, term: 0, rank: ClaimRank(standing: 15))
            wire.sendFromStranger(frame)
            #expect(Self.longestGap(address, on: wire, for: .milliseconds(100)) == .zero)
        }
        #expect(wire.holders(of: address) == [0])
        // 2 s: one question a second, and one announcement for each, beside the first defence.
        #expect(wire.log.filter { $0.contains("claim") }.count <= 8, "\(wire.log)")
    }

    @Test(
        "From a MAC address that is not the speaker's → counts for nothing, is named after a second",
        arguments: addresses)
    func elsewhere(address: IPAddress) {
        let wire = Self.owned(address)
        for _ in 0..<100 {
            wire.sendFromStranger(Self.forged(.claim, of: address, by: 1, from: Self.attacker, term: .max))
            #expect(Self.longestGap(address, on: wire, for: .milliseconds(20)) == .zero)
        }
        #expect(wire.holders(of: address) == [0])
        #expect(!wire.sent.contains { $0.text.contains("challenge") }, "nobody is asked")
        #expect(wire.log.filter { $0.contains("claim") }.count <= 3, "announced once a second")
        #expect(wire.speakers[0].forged.contains(Witness(ClaimWire.id(1), at: Self.attacker)))
        #expect(wire.speakers[1].forged.isEmpty, "its own number from elsewhere is a twin")
    }

    @Test(
        "The forged holder of a new address → others have it within 2 s, whoever goes on forging", arguments: addresses)
    func nobody(address: IPAddress) {
        for isSteady in [false, true] {
            let wire = ClaimWire(4)
            wire.run(for: .seconds(2))
            for number in 0..<4 { wire.standBy(address, number) }
            var rounds = 0
            wire.sendFromStranger(Self.forged(.confirmation, of: address, by: 3))
            while wire.holders(of: address).isEmpty, rounds < 100 {
                if isSteady {
                    let kinds: [ClaimMark.Kind] = [.confirmation, .answer, .claim, .probe]
                    wire.sendFromStranger(
                        Self.forged(kinds[rounds % 4], of: address, by: rounds % 4, rank: ClaimRank(weight: 9)))
                }
                wire.run(for: .milliseconds(50))
                rounds += 1
            }
            #expect(rounds <= 40, "\(rounds * 50) ms, steady: \(isSteady)")
        }
    }

    @Test("Who leaves, and is told that another has it → answers until that is so", arguments: addresses)
    func leaver(address: IPAddress) {
        let wire = Self.owned(address)
        wire.act(0) { $0.leave(at: wire.now) }
        for number in 1..<4 { wire.hear([1, 2, 3].filter { $0 != number }, number) }
        wire.sendFromStranger(Self.forged(.claim, of: address, by: 2, term: 99))
        wire.run(for: .milliseconds(20))
        #expect(wire.holders(of: address) == [0])
        wire.own(address, 1)
        #expect(Self.longestGap(address, on: wire, for: .seconds(3)) == .zero)
        #expect(wire.holders(of: address) == [1])
    }

    @Test("Everything that was said is said again, unchanged → no address loses its owner", arguments: [false, true])
    func replay(hasKey: Bool) {
        let addresses = (1...8).map { IPAddress.v4(IPv4Address(192, 0, 2, UInt8($0))) } + [Self.addresses[1]]
        let wire = ClaimWire(4, credentials: SpeakerCredentials(key: hasKey ? Self.key : nil))
        for (place, address) in addresses.enumerated() {
            for number in 0..<4 {
                if number == place % 4 { wire.own(address, number) } else { wire.standBy(address, number) }
            }
        }
        wire.run(for: .seconds(3))
        // All of them move, and back.
        for shift in [1, 0] {
            for (place, address) in addresses.enumerated() {
                let (former, next) = ((place + 1 - shift) % 4, (place + shift) % 4)
                wire.standBy(address, former)
                wire.own(address, next, over: former)
            }
            wire.run(for: .seconds(3))
        }
        let recorded = wire.sent.map(\.octets)
        #expect(recorded.count > 100)
        for address in addresses { #expect(wire.holders(of: address).count == 1) }
        let owners = addresses.map { wire.holders(of: $0) }
        for octets in recorded {
            wire.sendFromStranger(octets)
            wire.run(for: .milliseconds(3))
            for address in addresses { #expect(!wire.holders(of: address).isEmpty, "\(address)") }
        }
        wire.run(for: .seconds(10))
        #expect(addresses.map { wire.holders(of: $0) } == owners)
        if hasKey { for speaker in wire.speakers { #expect(speaker.claims.forgedClaims == 0) } }
    }

    @Test("With a key, an unsigned claim is a stranger's, and so is a signed one without a key", arguments: addresses)
    func unsigned(address: IPAddress) {
        let wire = Self.owned(address, credentials: SpeakerCredentials(key: Self.key))
        #expect(wire.holders(of: address) == [0])
        wire.sendFromStranger(Self.forged(.claim, of: address, by: 1, term: .max))
        wire.run(for: .seconds(1))
        #expect(wire.holders(of: address) == [0])
        let stranger = ClaimStranger(ClaimWire.mac(1), .unaccepted)
        #expect(wire.speakers[0].reports.last == "\(address) stranger \(stranger)")
        #expect(!wire.sent.contains { $0.text.contains("challenge") })
    }

    @Test("2,000 greetings a second from made-up MAC addresses → memory and frames are bounded") func flood() {
        let held = (0..<4000).map { IPAddress.v4(IPv4Address(rawValue: 0x0A01_0000 + UInt32($0))) }
        let wire = ClaimWire(3)
        for address in held { wire.own(address, 0) }
        wire.run(for: .seconds(5))
        wire.clearLog()
        let before = wire.speakers[0].claims.footprint
        for round in 0..<2000 {
            let mac = MACAddress(2, 7, 7, 0, UInt8(round >> 8), UInt8(round & 255))
            let own = IPAddress.v4(IPv4Address(10, 9, UInt8(round >> 8), UInt8(round & 255)))
            let frame = Self.forged(
                .greeting, of: own, by: 1 + round % 2, from: mac, term: 0, flags: [.asksForClaims, .needsGreetings])
            var reply = ByteWriter()
            var actions: [SegmentClaims.Action] = []
            _ = wire.speakers[0].claims.receive(
                frame.span, at: wire.now.advanced(by: .microseconds(500 * round)), into: &reply, &actions)
        }
        #expect(wire.speakers[0].claims.footprint - before < 50)
        wire.run(for: .seconds(2))
        #expect(wire.sent.filter { $0.text.hasPrefix("0") && $0.text.hasSuffix("to one") }.isEmpty)
    }

    @Test("A member asks for what is held, a thousand times a second → it is told twice a second") func asks() {
        let held = (0..<100).map { IPAddress.v4(IPv4Address(rawValue: 0x0A01_0000 + UInt32($0))) }
        let wire = ClaimWire(3)
        for address in held { wire.own(address, 0) }
        wire.run(for: .seconds(8))
        wire.clearLog()
        let own = IPAddress.v4(IPv4Address(10, 0, 0, 2))
        for _ in 0..<2000 {
            wire.sendFromStranger(Self.forged(.greeting, of: own, by: 1, term: 0, flags: .asksForClaims))
            wire.run(for: .milliseconds(1))
        }
        wire.run(for: .seconds(2))
        let told = wire.log.filter { $0.hasPrefix("0 ") && $0.hasSuffix("to one") }.count
        #expect((400...600).contains(told), "\(told) frames to one")
    }

    @Test("Forged probes and challenges for all addresses, as fast as may be → answers are bounded") func probes() {
        let address = Self.addresses[0]
        let wire = Self.owned(address)
        for round in 0..<4000 {
            let kind: ClaimMark.Kind = round % 2 == 0 ? .probe : .challenge
            wire.sendFromStranger(Self.forged(kind, of: address, by: 1))
            wire.run(for: .microseconds(250))
        }
        let answers = wire.sent.filter { $0.text.hasPrefix("0 answer") || $0.text.hasPrefix("0 assent") }.count
        #expect(answers <= 150, "\(answers) in a second")
        #expect(wire.holders(of: address) == [0])
    }
}
