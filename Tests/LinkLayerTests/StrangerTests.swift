import Addresses
import LinkLayer
import Testing
import Timing
import WireCodec
import WireIdentity

@Suite("Strangers: late answers, probes during a takeover, other clusters, other versions") struct StrangerTests {
    static let addresses: [IPAddress] = ClaimTests.addresses
    static let mac = ClaimTests.strangersMAC

    static func plain(_ frame: ClaimFrame) -> [UInt8] {
        var writer = ByteWriter()
        frame.encode(from: mac, mark: nil, into: &writer)
        return writer.bytes
    }

    // RFC 5227 §2.1.1: ANNOUNCE_WAIT
    @Test(
        "A host answers for a new address late → the claim is undone within 2 s of the last probe, defended later",
        arguments: [(200, true), (1000, true), (1990, true), (2200, false)])
    func lateAnswer(delay: Int, isUndone: Bool) {
        for address in Self.addresses {
            let wire = ClaimWire(2)
            wire.own(address, 0)
            wire.standBy(address, 1)
            // The last of three probes is sent after 100 ms.
            wire.run(for: .milliseconds(100 + delay))
            wire.sendFromStranger(Self.plain(.claim(address, to: nil)))
            wire.run(for: .milliseconds(10))
            #expect(wire.holders(of: address) == (isUndone ? [] : [0]), "\(address) after \(delay) ms")
            #expect(wire.speakers[0].reports.last == "\(address) stranger \(Self.mac)")
            if isUndone { #expect(wire.log.last?.contains("probe") == true, "nothing is announced any more") }
        }
    }

    @Test("A stranger probes while an address is taken over → it is taken over in time", arguments: addresses)
    func probesDuringTakeover(address: IPAddress) {
        let wire = ForgeryTests.owned(address, 3)
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.hear([2], 1)
        wire.hear([1], 2)
        wire.own(address, 1)
        for _ in 0..<7 {
            wire.sendFromStranger(Self.plain(.probe(address)))
            wire.run(for: .milliseconds(5))
        }
        #expect(wire.holders(of: address).contains(1))
    }

    @Test("A stranger announces while an address is taken over → it is taken over, and is a conflict")
    func announcementDuringTakeover() {
        let address = Self.addresses[0]
        let wire = ForgeryTests.owned(address, 3)
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.hear([2], 1)
        wire.hear([1], 2)
        wire.own(address, 1)
        wire.run(for: .milliseconds(10))
        wire.sendFromStranger(Self.plain(.claim(address, to: nil)))
        wire.run(for: .milliseconds(25))
        #expect(wire.holders(of: address).contains(1))
        #expect(wire.speakers[1].reports.contains("\(address) stranger \(Self.mac)"))
    }

    @Test("A stranger answers during a takeover, once → another attempt within a second", arguments: addresses)
    func answerDuringTakeover(address: IPAddress) {
        let wire = ForgeryTests.owned(address, 3)
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.hear([2], 1)
        wire.hear([1], 2)
        wire.own(address, 1)
        wire.run(for: .milliseconds(10))
        wire.sendFromStranger(Self.plain(.answer(address, to: ClaimWire.mac(1))))
        wire.run(for: .milliseconds(1200))
        #expect(wire.holders(of: address).contains(1))
    }

    @Test("Another cluster has the address → a conflict that names the cluster on both sides", arguments: addresses)
    func otherCluster(address: IPAddress) {
        let other = ClusterIdentity(name: "other")
        for hasOtherNumber in [false, true] {
            let wire = ClaimWire(3)
            wire.own(address, 0)
            wire.run(for: .seconds(5))
            // The same numbers, or others: it makes no difference.
            let frame = ForgeryTests.forged(
                .claim, of: address, by: hasOtherNumber ? 9 : 1, from: Self.mac, cluster: other)
            wire.sendFromStranger(frame)
            wire.run(for: .seconds(1))
            #expect(wire.holders(of: address) == [0])
            let stranger = ClaimStranger(Self.mac, .otherCluster(other))
            #expect(wire.speakers[0].reports.last == "\(address) stranger \(stranger)")
            #expect("\(stranger)".contains("a Martlet speaker of cluster \(other)"))
        }
    }

    @Test("This node's own number from another host → a twin, which is a stranger", arguments: addresses)
    func twin(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.run(for: .seconds(5))
        wire.sendFromStranger(ForgeryTests.forged(.claim, of: address, by: 0, from: Self.mac, term: .max))
        wire.run(for: .seconds(1))
        #expect(wire.holders(of: address) == [0])
        #expect(wire.speakers[0].reports.last == "\(address) stranger \(ClaimStranger(Self.mac, .twin))")
    }

    @Test("One of two hosts under one name is lost → what it had is taken over within 2 s", arguments: addresses)
    func lostTwin(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.act(1) { $0.setHeard([ClaimWire.id(0): [ClaimWire.mac(0), Self.mac]], at: wire.now) }
        wire.run(for: .seconds(5))
        wire.passes = { from, to in from != 0 && to != 0 }
        wire.act(1) { $0.setHeard([ClaimWire.id(0): [Self.mac]], at: wire.now) }
        wire.run(for: .seconds(2))
        #expect(wire.speakers[1].claims.holds(address))
    }

    // MARK: Version 1

    @Test(
        "Speakers of version 1 and of this one → one owner, handed over and taken over as among equals",
        arguments: [Set([0]), [1], [0, 2], [1, 2]])
    func mixed(previous: Set<Int>) {
        for address in Self.addresses {
            let wire = ClaimWire(3, previous: previous)
            wire.own(address, 0)
            for number in 1..<3 { wire.standBy(address, number) }
            wire.run(for: .seconds(5))
            #expect(wire.holders(of: address) == [0])
            wire.standBy(address, 0)
            wire.own(address, 1, over: 0)
            for _ in 0..<100 {
                wire.run(for: .milliseconds(1))
                #expect(!wire.holders(of: address).isEmpty, "\(previous), \(address)")
            }
            #expect(wire.holders(of: address) == [1], "\(previous), \(address)")
            wire.run(for: .seconds(5))
            wire.passes = { from, to in from != 1 && to != 1 }
            wire.hear([2], 0)
            wire.hear([0], 2)
            wire.own(address, 2)
            wire.run(for: .milliseconds(40))
            #expect(wire.holders(of: address).contains(2), "\(previous), \(address)")
            wire.run(for: .seconds(200))
            #expect(wire.holders(of: address) == [1, 2], "\(previous), \(address)")
            for speaker in wire.speakers { #expect(speaker.forged.isEmpty, "\(previous), \(address)") }
        }
    }

    @Test("Version 1 is rejected → its frames are a stranger's; of one that was upgraded, they are in any case")
    func refused() {
        let address = Self.addresses[0]
        for (accepts, isUpgraded) in [(false, false), (true, true)] {
            let wire = ClaimWire(
                2, credentials: SpeakerCredentials(acceptsPreviousVersion: accepts), previous: isUpgraded ? [] : [1])
            wire.own(address, 0)
            wire.run(for: .seconds(5))
            wire.sendFromStranger(ForgeryTests.forged(.claim, of: address, by: 1, term: .max, cluster: nil))
            wire.run(for: .seconds(1))
            #expect(wire.holders(of: address) == [0])
            let stranger = ClaimStranger(ClaimWire.mac(1), .unaccepted)
            #expect(wire.speakers[0].reports.last == "\(address) stranger \(stranger)", "\(accepts)")
        }
    }

    // MARK: Cold start

    @Test("All begin at once → each says so after 11 s; one that comes later does not")
    func coldStart() {
        let wire = ClaimWire(3, pause: .seconds(10))
        #expect(wire.speakers.allSatisfy { !$0.isColdStart })
        wire.run(for: .seconds(2))
        #expect(wire.speakers.allSatisfy { $0.isColdStart })
        let later = ClaimWire(3, late: 2, pause: .seconds(40))
        #expect(later.speakers.map(\.isColdStart) == [true, true, false])
    }
}
