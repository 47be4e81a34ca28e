import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing
import WireCodec

@Suite("The claim of an address") struct ClaimTests {
    static let addresses: [IPAddress] = [
        .v4(IPv4Address(192, 0, 2, 10)), .v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x10)),
    ]
    static let strangersMAC = MACAddress(2, 9, 9, 9, 9, 9)

    @Test(
        "Nobody has it → three probes, then it is announced, and other speakers are told once more",
        arguments: addresses)
    func free(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .milliseconds(140))
        #expect(wire.holders(of: address).isEmpty)
        #expect(wire.log == Array(repeating: "0 probe \(address)", count: 3))
        wire.run(for: .milliseconds(100))
        #expect(wire.holders(of: address) == [0])
        #expect(Array(wire.log.dropFirst(3)) == ["0 claim \(address)", "0 probe \(address)"])
        wire.run(for: .seconds(3))
        #expect(Array(wire.log.dropFirst(5)) == Array(repeating: "0 claim \(address)", count: 3))
        #expect(wire.speakers[0].reports == ["\(address) own"])
        #expect(wire.speakers[1].reports == ["\(address) held by 0"])
    }

    @Test("The holder stopped responding → one probe, and it is taken over within 35 ms", arguments: addresses)
    func succession(address: IPAddress) {
        let wire = ClaimWire(3)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.standBy(address, 2)
        wire.run(for: .seconds(10))
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.hear([2], 1)
        wire.hear([1], 2)
        wire.clearLog()
        wire.own(address, 1)
        wire.run(for: .milliseconds(35))
        #expect(wire.speakers[1].claims.holds(address))
        #expect(wire.log == ["1 probe \(address)", "1 claim \(address)"])
        #expect(wire.speakers[2].reports.last == "\(address) held by 1")
    }

    @Test(
        "Liveness lost a holder that still answers → it is not taken over, and counts as present", arguments: addresses)
    func aliveAfterAll(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .seconds(10))
        wire.hear([], 1)
        wire.own(address, 1)
        wire.run(for: .milliseconds(500))
        #expect(wire.holders(of: address) == [0])
        #expect(wire.speakers[1].present == [ClaimWire.id(0)])
        wire.standBy(address, 1)
        wire.run(for: .seconds(60))
        #expect(wire.holders(of: address) == [0])
        #expect(wire.speakers[1].present == [ClaimWire.id(0)], "they greet each other")
        // And when it really goes, that is noticed without liveness.
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.run(for: .seconds(10))
        #expect(wire.speakers[1].present.isEmpty)
        #expect(wire.speakers[1].claims.holds(address))
    }

    @Test("Two claim it at once → one has it, and it is announced by that one alone", arguments: addresses)
    func simultaneous(address: IPAddress) {
        let wire = ClaimWire(4)
        for number in 0..<4 { wire.own(address, number) }
        wire.run(for: .milliseconds(400))
        #expect(wire.holders(of: address).count == 1)
        let winner = wire.holders(of: address)[0]
        wire.run(for: .seconds(70))
        #expect(wire.holders(of: address) == [winner])
        #expect(Set(wire.log.filter { $0.contains("claim") && !$0.contains("to one") }).count == 1)
    }

    @Test("Handed over → the next announces before the former stops responding", arguments: addresses)
    func handover(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .seconds(5))
        wire.clearLog()
        wire.standBy(address, 0)
        wire.run(for: .seconds(2))
        #expect(wire.holders(of: address) == [0], "nobody took it")
        wire.own(address, 1, over: 0)
        wire.run(for: .microseconds(450))
        #expect(wire.holders(of: address) == [0, 1], "for the time that three frames take")
        wire.run(for: .microseconds(300))
        #expect(wire.holders(of: address) == [1])
        #expect(wire.log == ["1 probe \(address)", "0 answer \(address)", "1 claim \(address)"])
    }

    @Test("It must not have it any more, and nobody takes it → it answers for half a second", arguments: addresses)
    func release(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.run(for: .seconds(5))
        wire.standBy(address, 0, mayStandIn: false)
        wire.run(for: .milliseconds(499))
        #expect(wire.holders(of: address) == [0])
        wire.run(for: .milliseconds(2))
        #expect(wire.holders(of: address).isEmpty)
        #expect(wire.speakers[0].reports.last == "\(address) nobody")
    }

    @Test("It lets go, and who may stand in is told so → it takes over within two seconds", arguments: addresses)
    func released(address: IPAddress) {
        let wire = ClaimWire(3)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.standBy(address, 2, mayStandIn: false)
        wire.run(for: .seconds(5))
        // The successor that all but itself expect has not learnt of it.
        wire.standBy(address, 0, mayStandIn: false)
        wire.run(for: .milliseconds(501))
        #expect(wire.holders(of: address).isEmpty)
        wire.run(for: .seconds(2))
        #expect(wire.holders(of: address) == [1])
    }

    @Test("A leaver answers until it hears its successor, which does not wait", arguments: addresses)
    func leaving(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .seconds(5))
        wire.act(0) { $0.leave(at: wire.now) }
        wire.hear([], 1)
        wire.run(for: .milliseconds(100))
        #expect(wire.holders(of: address) == [0])
        wire.own(address, 1)
        wire.run(for: .microseconds(750))
        #expect(wire.holders(of: address) == [1])
        #expect(wire.speakers[1].present.isEmpty, "who leaves is not present")
    }

    @Test("The owner that all expect does not claim it → another does after two seconds", arguments: addresses)
    func orphan(address: IPAddress) {
        let wire = ClaimWire(3)
        wire.standBy(address, 0)
        wire.standBy(address, 1)
        wire.standBy(address, 2, mayStandIn: false)
        wire.run(for: .milliseconds(1400))
        #expect(wire.holders(of: address).isEmpty)
        wire.run(for: .milliseconds(700))
        #expect(wire.holders(of: address).count == 1)
        #expect(wire.holders(of: address) != [2])
    }

    @Test("The interface comes back → it asks before it answers, and does not take back", arguments: addresses)
    func interfaceReturns(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .seconds(5))
        wire.act(0) { $0.disconnect(at: wire.now) }
        #expect(wire.holders(of: address).isEmpty)
        wire.hear([], 1)
        wire.own(address, 1)
        wire.run(for: .seconds(1))
        wire.act(0) { $0.connect(at: wire.now) }
        wire.run(for: .seconds(1))
        #expect(wire.holders(of: address) == [1])
        #expect(wire.speakers[0].reports.last == "\(address) held by 1")
    }
}

// MARK: - Both hold it
extension ClaimTests {
    /// Two groups of speakers that do not hear each other; each has an owner for every address.
    static func split(_ addresses: [IPAddress], _ count: Int, cut: Int) -> ClaimWire {
        let wire = ClaimWire(count)
        for address in addresses {
            wire.own(address, 0)
            for number in 1..<count { wire.standBy(address, number) }
        }
        wire.run(for: .seconds(5))
        wire.passes = { from, to in (from < cut) == (to < cut) }
        for number in 0..<count {
            wire.hear((0..<count).filter { $0 != number && ($0 < cut) == (number < cut) }, number)
        }
        for address in addresses { wire.own(address, cut) }
        wire.run(for: .seconds(30))
        for address in addresses { #expect(wire.holders(of: address) == [0, cut]) }
        return wire
    }

    static func heal(_ wire: ClaimWire) {
        wire.passes = { _, _ in true }
        wire.clearLog()
        for number in wire.speakers.indices { wire.hear(wire.speakers.indices.filter { $0 != number }, number) }
    }

    @Test(
        "A partition heals → one owner within 100 ms, which announces again",
        arguments: [(4, 2), (5, 1), (5, 2), (5, 4), (2, 1)])
    func healed(count: Int, cut: Int) {
        let addresses = (0..<40).map { IPAddress.v4(IPv4Address(192, 0, 2, UInt8($0 + 1))) } + [Self.addresses[1]]
        let wire = Self.split(addresses, count, cut: cut)
        Self.heal(wire)
        wire.run(for: .milliseconds(100))
        for address in addresses {
            let holders = wire.holders(of: address)
            #expect(holders.count == 1, "\(address): \(holders)")
            #expect(wire.log.contains("\(holders[0]) claim \(address)"), "\(address)")
        }
        let owners = addresses.map { wire.holders(of: $0)[0] }
        // One that was cut off from most has taken what nobody gave up.
        if cut * 2 > count { #expect(owners.allSatisfy { $0 == 0 }) }
        if cut * 2 < count { #expect(owners.allSatisfy { $0 == cut }) }
        let before = owners
        wire.run(for: .seconds(130))
        #expect(addresses.flatMap { wire.holders(of: $0) } == before)
        for number in 0..<count { #expect(wire.speakers[number].claims.tally.probing == 0) }
    }

    @Test("A hears B, B does not hear A → one owner as soon as B claims", arguments: addresses)
    func asymmetric(address: IPAddress) {
        let wire = ClaimWire(5)
        wire.own(address, 0)
        for number in 1..<5 { wire.standBy(address, number) }
        wire.run(for: .seconds(5))
        wire.passes = { from, to in !(from == 0 && to == 1) }
        wire.hear([2, 3, 4], 1)
        wire.own(address, 1)
        wire.run(for: .milliseconds(100))
        #expect(wire.holders(of: address) == [1])
        wire.run(for: .seconds(200))
        #expect(wire.holders(of: address) == [1])
    }

    @Test("A has the better claim, but B does not hear it → B has it within 100 ms", arguments: addresses)
    func unheardDefence(address: IPAddress) {
        let wire = ClaimWire(5)
        wire.run(for: .seconds(5))
        wire.passes = { from, to in !(from == 0 && to == 1) }
        wire.hear([2, 3, 4], 1)
        wire.assign(.owner(ClaimRank(weight: 9), over: nil), of: address, to: 0)
        wire.own(address, 1)
        wire.run(for: .milliseconds(100))
        // B did not hear A's probes, nor that it was there first.
        wire.run(for: .milliseconds(200))
        #expect(wire.holders(of: address) == [1])
        wire.run(for: .seconds(200))
        #expect(wire.holders(of: address) == [1])
    }

    @Test("B hears nobody at all, but is heard → the others keep the address, and say so", arguments: addresses)
    func deaf(address: IPAddress) {
        let wire = ClaimWire(3)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.standBy(address, 2)
        wire.run(for: .seconds(5))
        wire.passes = { _, to in to != 2 }
        wire.hear([], 2)
        wire.own(address, 2)
        wire.run(for: .milliseconds(200))
        #expect(wire.speakers[0].claims.holds(address))
        #expect(wire.speakers[0].reports.contains("\(address) 2 is deaf"))
        #expect(wire.log.last == "0 claim \(address)", "the last word in the caches of others")
    }
}

// MARK: - Strangers
extension ClaimTests {
    static func withStranger(_ address: IPAddress) -> ClaimWire {
        let wire = ClaimWire(2)
        wire.stranger = Responder(hardwareAddress: strangersMAC)
        wire.stranger?.insert(address)
        return wire
    }

    @Test("A stranger answers → not claimed, reported, asked again ever less; gone → claimed", arguments: addresses)
    func conflict(address: IPAddress) {
        let wire = Self.withStranger(address)
        wire.own(address, 0)
        wire.run(for: .seconds(300))
        #expect(wire.holders(of: address).isEmpty)
        #expect(wire.speakers[0].reports == ["\(address) stranger \(Self.strangersMAC)"])
        #expect(!wire.log.contains { $0.contains("claim") })
        // At 0, 5, 15, 35, 75, 135, 195, 255 s.
        #expect(wire.log.count == 8)
        wire.stranger = nil
        wire.run(for: .seconds(61))
        #expect(wire.holders(of: address) == [0])
        #expect(wire.speakers[0].reports.suffix(2) == ["\(address) own", "\(address) no stranger"])
    }

    @Test("A stranger announces what is held → defended once in ten seconds, reported, and forgotten when it is gone")
    func defence() throws {
        let address = Self.addresses[0]
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.run(for: .seconds(10))
        wire.clearLog()
        var announcement = ByteWriter()
        ClaimFrame.claim(address, to: nil).encode(from: Self.strangersMAC, mark: nil, into: &announcement)
        for _ in 0..<500 {
            wire.sendFromStranger(announcement.bytes)
            wire.run(for: .milliseconds(10))
        }
        #expect(wire.holders(of: address) == [0])
        #expect(wire.log.filter { $0.contains("claim") }.count == 1)
        #expect(wire.speakers[0].reports == ["\(address) own", "\(address) stranger \(Self.strangersMAC)"])
        wire.run(for: .seconds(21))
        #expect(wire.speakers[0].reports.last == "\(address) no stranger")
    }

    @Test("A stranger with another MAC address in every frame is reported no more often than it is answered")
    func restlessStranger() {
        let address = Self.addresses[0]
        let wire = ClaimWire(1)
        wire.own(address, 0)
        wire.run(for: .seconds(10))
        for number in 0..<2000 {
            var announcement = ByteWriter()
            ClaimFrame.claim(address, to: nil).encode(
                from: MACAddress(2, 9, 0, 0, UInt8(number >> 8), UInt8(number & 255)), mark: nil, into: &announcement)
            wire.sendFromStranger(announcement.bytes)
            wire.run(for: .milliseconds(10))
        }
        let reports = wire.speakers[0].reports.filter { $0.contains("stranger") }
        #expect((2...3).contains(reports.count), "\(reports.count) reports in 20 s")
    }

    @Test("A stranger probes for what is held → it is answered; for what is being probed for → it is a conflict")
    func strangersProbe() throws {
        let address = Self.addresses[0]
        var probe = ByteWriter()
        ClaimFrame.probe(address).encode(from: Self.strangersMAC, mark: nil, into: &probe)
        let wire = ClaimWire(1)
        wire.own(address, 0)
        wire.run(for: .milliseconds(20))
        wire.sendFromStranger(probe.bytes)
        wire.run(for: .seconds(4))
        #expect(wire.holders(of: address).isEmpty)
        wire.run(for: .seconds(2))
        #expect(wire.holders(of: address) == [0])
        let reports = wire.speakers[0].reports
        wire.sendFromStranger(probe.bytes)
        wire.run(for: .seconds(1))
        #expect(wire.speakers[0].reports == reports)
    }

    @Test("A speaker of a cluster that is not ours is a stranger")
    func otherCluster() {
        let address = Self.addresses[0]
        let wire = ClaimWire(2)
        wire.act(1) { $0.setSpeakers(77, [], at: wire.now) }
        wire.act(1) { $0.setHeard([:], at: wire.now) }
        wire.own(address, 1)
        wire.run(for: .seconds(1))
        wire.own(address, 0)
        wire.run(for: .seconds(1))
        #expect(wire.holders(of: address) == [1])
        let stranger = ClaimStranger(ClaimWire.mac(1), .unaccepted)
        #expect(wire.speakers[0].reports.last == "\(address) stranger \(stranger)")
    }
}

// MARK: - Many
extension ClaimTests {
    @Test("Asked without a pause, it announces all the same, and what waits to be sent has an end") func flood() {
        let address = Self.addresses[0]
        var claims = SegmentClaims(speaker: 1, hardwareAddress: ClaimWire.mac(0))
        var generator = SeededGenerator(seed: 1)
        _ = claims.setSpeakers(1, [1, 2], at: .zero)
        _ = claims.connect(at: .zero)
        _ = claims.assign(.owner(ClaimRank(), over: nil), of: address, at: .zero)
        var now = Instant.zero
        while !claims.holds(address) {
            now = claims.nextDeadline.map { max($0, now) } ?? now
            _ = claims.handleDeadline(at: now)
            var frame = ByteWriter()
            while claims.popFrame(at: now, using: &generator, into: &frame) != nil { frame.removeAll() }
        }
        func question(from number: Int) -> [UInt8] {
            var writer = ByteWriter()
            ClaimFrame.probe(address).encode(
                from: ClaimWire.mac(number), mark: ClaimMark(.inquiry, speaker: 0), into: &writer)
            return writer.bytes
        }
        var kinds: [String] = []
        for _ in 0..<2000 {
            now = now.advanced(by: .milliseconds(1))
            for number in 0..<8 {
                var reply = ByteWriter()
                var actions: [SegmentClaims.Action] = []
                _ = claims.receive(question(from: 10 + number).span, at: now, into: &reply, &actions)
                #expect(reply.count > 0, "answered as by any host")
            }
            // One leaves for eight that come.
            var frame = ByteWriter()
            switch claims.popFrame(at: now, using: &generator, into: &frame) {
            case .claim: kinds.append("claim")
            case .answer: kinds.append("answer")
            default: break
            }
        }
        #expect(kinds.contains("claim") && kinds.contains("answer"))
        var left = 0
        var frame = ByteWriter()
        while claims.popFrame(at: now, using: &generator, into: &frame) != nil { left += 1 }
        #expect(left < 10, "\(left) frames wait")
        #expect(kinds.filter { $0 == "answer" }.count <= 8 * 3, "with a mark, once a second to each that asks")
    }

    @Test("A newcomer is told by each what it holds, alone, and nobody else hears a burst")
    func newcomer() {
        let addresses = (0..<300).map { IPAddress.v4(IPv4Address(rawValue: 0x0A01_0000 + UInt32($0))) }
        let wire = ClaimWire(3)
        wire.act(2) { $0.disconnect(at: wire.now) }
        wire.hear([1], 0)
        wire.hear([0], 1)
        for (place, address) in addresses.enumerated() {
            wire.own(address, place % 2)
            wire.standBy(address, 1 - place % 2)
            wire.standBy(address, 2)
        }
        wire.run(for: .seconds(200))
        wire.clearLog()
        wire.act(2) { $0.connect(at: wire.now) }
        wire.hear([0, 1], 2)
        wire.hear([1, 2], 0)
        wire.hear([0, 2], 1)
        wire.run(for: .milliseconds(50))
        #expect(Set(wire.speakers[2].reports).count == 300)
        // Once each: who holds nothing of interest to another is not asked.
        #expect(wire.log.filter { $0.hasSuffix("to one") }.count == 300)
        #expect(wire.log.filter { !$0.hasSuffix("to one") && $0.contains("claim") }.count < 10)
    }
}
