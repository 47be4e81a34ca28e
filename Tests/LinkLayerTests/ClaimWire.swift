import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing
import WireCodec
import WireIdentity

/// Speakers and plain hosts on one segment, with a clock that is moved by hand. Frames are octets and take 0.1 ms.
final class ClaimWire {
    static let delay = Duration.microseconds(100)

    struct Speaker {
        var claims: SegmentClaims
        var reports: [String] = []
        var present: Set<UInt32> = []
        /// In whose name claims were found to be forged.
        var forged: [Witness] = []
        var dropped: [Witness] = []
        var isColdStart = false
    }

    private struct Flight {
        let arrival: Instant
        let from: Int
        let to: Int
        let octets: [UInt8]
    }

    private(set) var now = Instant.zero
    var speakers: [Speaker] = []
    /// A host that answers for these addresses as a kernel does.
    var stranger: Responder?
    /// Whether a frame of one reaches the other; the stranger has the number after the last speaker's.
    var passes: (_ from: Int, _ to: Int) -> Bool = { _, _ in true }
    /// Frames sent, without greetings and without questions from one to one, as `0 claim 192.0.2.1`.
    private(set) var log: [String] = []
    /// The same with all frames, and their octets.
    private(set) var sent: [(text: String, octets: [UInt8])] = []
    private var flights: [Flight] = []
    private var generator = SeededGenerator(seed: 1)

    /// - Parameters:
    ///   - previous: these run version 1, and liveness does not say where they are.
    ///   - late: this one is connected 20 s after the others.
    ///   - pause: how long nothing is wanted of them.
    init(
        _ count: Int, pace: ClaimPace = ClaimPace(), credentials: SpeakerCredentials = SpeakerCredentials(),
        previous: Set<Int> = [], late: Int? = nil, pause: Duration = .seconds(6)
    ) {
        self.previous = previous
        for number in 0..<count {
            var claims = SegmentClaims(
                speaker: ClaimWire.id(number), hardwareAddress: ClaimWire.mac(number), pace: pace,
                credentials: credentials, nonceSecret: UInt64(number))
            claims.speaksPreviousVersion = previous.contains(number)
            claims.ownAddress = .v4(IPv4Address(10, 0, 0, UInt8(number + 1)))
            speakers.append(Speaker(claims: claims))
        }
        let all = Set((0..<count).map(ClaimWire.id))
        for number in 0..<count {
            act(number) { $0.setSpeakers(ClaimWire.id(number), all, at: .zero) }
            act(number) { $0.setHeard(places(of: (0..<count).filter { $0 != number }), at: .zero) }
            if number != late { act(number) { $0.connect(at: .zero) } }
        }
        if let late {
            run(for: .seconds(20))
            act(late) { $0.connect(at: now) }
        }
        run(for: pause)
        log = []
        sent = []
    }

    private let previous: Set<Int>

    /// What liveness says of these.
    private func places(of numbers: [Int]) -> [UInt32: Set<MACAddress>] {
        Dictionary(
            uniqueKeysWithValues: numbers.map {
                (ClaimWire.id($0), previous.contains($0) ? [] : [ClaimWire.mac($0)])
            })
    }

    static func id(_ number: Int) -> UInt32 { UInt32(number + 1) }
    static func mac(_ number: Int) -> MACAddress { MACAddress(2, 0, 0, 0, 0, UInt8(number + 1)) }

    /// Does something with a speaker, and takes note of what it reports.
    func act(_ number: Int, _ body: (inout SegmentClaims) -> [SegmentClaims.Action]) {
        for action in body(&speakers[number].claims) {
            switch action {
            case .join, .leave: break
            case .report(let report, let address): speakers[number].reports.append("\(address) \(report.text)")
            case .present(let others): speakers[number].present = others
            case .forged(let witness, _): speakers[number].forged.append(witness)
            case .beliefDropped(let witness, _): speakers[number].dropped.append(witness)
            case .coldStart: speakers[number].isColdStart = true
            }
        }
        sendAll(number)
    }

    func assign(_ role: ClaimRole?, of address: IPAddress, to number: Int) {
        act(number) { $0.assign(role, of: address, at: now) }
    }

    func own(_ address: IPAddress, _ number: Int, over other: Int? = nil) {
        assign(.owner(ClaimRank(), over: other.map(ClaimWire.id)), of: address, to: number)
    }

    func standBy(_ address: IPAddress, _ number: Int, mayStandIn: Bool = true) {
        assign(.standby(ClaimRank(), mayStandIn: mayStandIn), of: address, to: number)
    }

    /// What liveness tells a speaker.
    func hear(_ others: [Int], _ number: Int) {
        act(number) { $0.setHeard(places(of: others), at: now) }
    }

    func holders(of address: IPAddress) -> [Int] { speakers.indices.filter { speakers[$0].claims.holds(address) } }

    /// Frames that a stranger sends to all.
    func sendFromStranger(_ octets: [UInt8]) { send(octets, from: speakers.count) }

    func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while true {
            let deadlines = speakers.compactMap { $0.claims.nextDeadline.map { max($0, now) } }
            guard let next = (deadlines + flights.map(\.arrival)).min(), next <= end else { break }
            now = next
            let arrived = flights.filter { $0.arrival <= now }
            flights.removeAll { $0.arrival <= now }
            for flight in arrived { receive(flight) }
            for number in speakers.indices {
                if let deadline = speakers[number].claims.nextDeadline, deadline <= now {
                    act(number) { $0.handleDeadline(at: now) }
                    if let next = speakers[number].claims.nextDeadline, next <= now {
                        Issue.record("a turn of \(number) leaves something due at \(next), which has passed")
                        return
                    }
                }
            }
        }
        now = end
    }

    /// Everything that a speaker sends at once when it hears a frame; none of it reaches the others.
    func answers(of number: Int, to octets: [UInt8]) -> [[UInt8]] {
        var reply = ByteWriter()
        var actions: [SegmentClaims.Action] = []
        _ = speakers[number].claims.receive(octets.span, at: now, into: &reply, &actions)
        var frames = reply.count > 0 ? [reply.bytes] : []
        var writer = ByteWriter()
        while speakers[number].claims.popFrame(at: now, using: &generator, into: &writer) != nil {
            frames.append(writer.bytes)
            writer.removeAll()
        }
        return frames
    }

    private func receive(_ flight: Flight) {
        var reply = ByteWriter()
        let octets = flight.octets
        if flight.to == speakers.count {
            if case .answered? = stranger?.answer(octets.span, into: &reply) { send(reply.bytes, from: flight.to) }
            return
        }
        act(flight.to) { claims in
            var actions: [SegmentClaims.Action] = []
            _ = claims.receive(octets.span, at: now, into: &reply, &actions)
            return actions
        }
        if reply.count > 0 { send(reply.bytes, from: flight.to) }
    }

    private func sendAll(_ number: Int) {
        var writer = ByteWriter()
        while let frame = speakers[number].claims.popFrame(at: now, using: &generator, into: &writer) {
            switch frame {
            case .greeting, .challenge, .assent, .denial: break
            default: log.append("\(number) \(frame.text)")
            }
            sent.append(("\(number) \(frame.text)", writer.bytes))
            send(writer.bytes, from: number)
            writer.removeAll()
        }
    }

    private func send(_ octets: [UInt8], from: Int) {
        for to in 0...speakers.count where to != from && passes(from, to) {
            flights.append(Flight(arrival: now.advanced(by: ClaimWire.delay), from: from, to: to, octets: octets))
        }
    }

    func clearLog() {
        log = []
        sent = []
    }
}

extension ClaimFrame {
    var text: String {
        switch self {
        case .probe(let address): "probe \(address)"
        case .claim(let address, let neighbor): "claim \(address)" + (neighbor == nil ? "" : " to one")
        case .answer(let address, _): "answer \(address)"
        case .greeting: "greeting"
        case .challenge(let address, _): "challenge \(address)"
        case .assent(let address, _): "assent \(address)"
        case .denial(let address, _): "denial \(address)"
        }
    }
}

extension ClaimReport {
    var text: String {
        switch self {
        case .holder(.nobody): "nobody"
        case .holder(.thisNode): "own"
        case .holder(.speaker(let id)): "held by \(id - 1)"
        case .stranger(let address): address.map { "stranger \($0)" } ?? "no stranger"
        case .deaf(let id): "\(id - 1) is deaf"
        case .forged(let witness): "forged in the name of \(witness.speaker - 1)"
        case .beliefDropped(let witness): "not held by \(witness.speaker - 1)"
        }
    }
}
