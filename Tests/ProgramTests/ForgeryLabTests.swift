import Addresses
import Foundation
import LinkLayer
import TestSupport
import Testing
import Timing

/// What somebody on the segment can do to an address by frames alone, on real kernels. The bounds are those of
/// docs/security.md for speakers without a key.
@Suite("Forged frames, three nodes and a client", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct ForgeryLabTests {
    /// The longest silence of an owner that a forged frame may bring about, with room for two busy cores.
    static let bound = Duration.milliseconds(250)

    private static func others(than owner: Int) -> [Int] { (1...3).filter { $0 != owner } }

    /// Asks while an attack goes on, and says what a client has seen.
    private static func watch(
        _ lab: SegmentLab, _ what: String, for duration: Duration = .seconds(6),
        _ attack: (Attacker) async throws -> Void
    ) async throws -> AnswerLog {
        // A host of its own: the client asks meanwhile.
        try await FailoverTests.watch(lab, what, for: duration) { try await attack(Attacker(host: lab.client)) }
    }

    @Test("Forged and replayed frames of every kind → the owner goes on answering, and stays the owner") func owner()
        async throws
    {
        let lab = try SegmentLab(nodes: 3)
        defer { lab.stop() }
        async let heard = Attacker(host: lab.client).record(for: .seconds(4))
        try await lab.start(1...3)
        let owner = try await FailoverTests.settled(lab)
        let recorded = try await heard
        #expect(recorded.count > 20, "nothing was recorded to send again")
        let (first, second) = (Self.others(than: owner)[0], Self.others(than: owner)[1])
        let address = SegmentLab.address
        func forged(_ kind: Attacker.Kind, _ node: Int, _ term: UInt32, _ source: MACAddress) -> [UInt8] {
            Attacker.frame(kind, of: address, inTheNameOf: "n\(node)", term: term, from: source)
        }
        let attacks: [(name: String, frames: [[UInt8]], every: Duration, for: Duration)] = [
            (
                "two confirmations in the names of two living nodes, from one MAC address",
                [
                    forged(.confirmation, first, 900, SegmentLab.clientMAC),
                    forged(.confirmation, second, 901, SegmentLab.clientMAC),
                ], .milliseconds(200), .milliseconds(400)
            ),
            (
                "the same from the nodes' own MAC addresses",
                [
                    forged(.confirmation, first, 910, SegmentLab.mac(first)),
                    forged(.confirmation, second, 911, SegmentLab.mac(second)),
                ], .milliseconds(200), .milliseconds(400)
            ),
            (
                "claims of the highest term, twelve a second",
                [forged(.claim, first, .max, SegmentLab.clientMAC)], .milliseconds(83), .seconds(3)
            ),
            (
                "claims of the highest term from a node's own MAC address",
                [forged(.claim, first, .max, SegmentLab.mac(first))], .milliseconds(83), .seconds(3)
            ),
            (
                "concessions in the owner's name", [forged(.concession, owner, 1, SegmentLab.mac(owner))],
                .milliseconds(100), .seconds(2)
            ),
            ("everything that was said before, again", recorded, .milliseconds(10), .seconds(4)),
        ]
        for attack in attacks {
            let log = try await Self.watch(lab, attack.name) {
                try await $0.send(attack.frames, every: attack.every, for: attack.for)
            }
            #expect(log.outage < Self.bound, "\(attack.name): \(log.outage)\n\(lab.logs)")
            let isStill = try await eventually(within: .seconds(5)) {
                try await FailoverTests.settled(lab) == owner
            }
            #expect(isStill, "\(attack.name): another owner")
        }
        // Whatever was believed, a node that dies is replaced as fast as ever.
        let killed = try await FailoverTests.watch(lab, "killed after all that", for: .seconds(4)) { lab.kill(owner) }
        #expect(killed.outage < .seconds(2), "\(lab.logs)")
    }

    @Test("A flood of greetings from made-up MAC addresses → memory stays, and requests are answered") func flood()
        async throws
    {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        try lab.write(services: 1001)
        try await lab.start(1...2)
        let isSettled = try await eventually(within: .seconds(30)) {
            let status = try await lab.status(1)
            let log = try await lab.ask(for: .milliseconds(400))
            return status.contains("\"watching\": ") && log.owners.count == 1
        }
        #expect(isSettled, "\(lab.logs)")
        let before = [lab.residentKiB(1), lab.residentKiB(2)]
        let linesBefore = lab.logs.split(separator: "\n").count
        let greetings = (0..<2000).map { number in
            Attacker.frame(
                .greeting, of: IPv4Address(192, 0, 2, 9), inTheNameOf: "n\(number % 2 + 1)", term: 0,
                from: MACAddress(2, 9, 9, 9, UInt8(number >> 8), UInt8(number & 0xFF)), flags: 4)
        }
        let log = try await Self.watch(lab, "2,000 greetings a second", for: .seconds(6)) {
            try await $0.send(greetings, every: .microseconds(500), for: .seconds(4))
        }
        #expect(log.outage < .milliseconds(500), "\(lab.logs)")
        for (number, before) in zip(1...2, before) {
            let now = lab.residentKiB(number)
            #expect(now < before + 32 * 1024, "n\(number): \(before) KiB before, \(now) after")
        }
        let lines = lab.logs.split(separator: "\n").count - linesBefore
        #expect(lines < 100, "\(lines) lines: \(lab.logs.suffix(2000))")
    }

    @Test("A stranger's probes during a takeover → it takes as long as without them") func probes() async throws {
        let lab = try SegmentLab(nodes: 3)
        defer { lab.stop() }
        try await lab.start(1...3)
        let owner = try await FailoverTests.settled(lab)
        let probe = Attacker.plainProbe(of: SegmentLab.address, from: MACAddress(2, 7, 7, 7, 7, 7))
        async let scanned: Void = Attacker(host: lab.client).send([probe], every: .milliseconds(20), for: .seconds(4))
        let log = try await FailoverTests.watch(lab, "killed while a stranger probes", for: .seconds(3)) {
            lab.kill(owner)
        }
        try await scanned
        #expect(log.outage < .milliseconds(600), "\(lab.logs)")
        #expect(log.owners.count == 2)
    }

    @Test("A host answers the probe of a new address after 300 ms → the claim is undone, and the conflict is named")
    func late() async throws {
        let lab = try SegmentLab(nodes: 2)
        defer { lab.stop() }
        async let answering: Void = Attacker(host: lab.client).answerLate(
            SegmentLab.address, after: .milliseconds(300), for: .seconds(8))
        try await lab.start([])
        try lab.launch(1)
        try lab.launch(2)
        let isReported = try await eventually(within: .seconds(6)) {
            let status = try await lab.status(1) + lab.status(2)
            return status.contains("\"reason\": \"Conflict\"") && status.contains("\(SegmentLab.clientMAC)")
        }
        #expect(isReported, "\(lab.logs)")
        // Nobody of ours answers while that host does.
        let log = try await lab.ask(for: .seconds(1))
        #expect(!log.answers.contains { $0.from != SegmentLab.clientMAC }, "\(log.owners)")
        try await answering
    }
}
