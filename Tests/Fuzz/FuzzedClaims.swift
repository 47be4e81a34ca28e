import Addresses
import LinkLayer
import Timing
import WireCodec
import WireIdentity

/// Two speakers on one segment: the input decides what is wanted of them, which of their frames arrive, how often and how
/// damaged, and what a third adds.
struct FuzzedClaims {
    private static let addresses: [IPAddress] = [
        .v4(IPv4Address(192, 0, 2, 11)), .v4(IPv4Address(192, 0, 2, 12)),
        .v6(IPv6Address(rawValue: 0x2001_0DB8_0000_0000_0000_0000_0000_000B)),
    ]
    /// No input has a speaker send so many frames at once.
    private static let mostFrames = 200

    private var speakers: [SegmentClaims] = []
    private var now = Instant.zero.advanced(by: .seconds(1))
    private var generator = FuzzGenerator()
    /// What is on its way to each.
    private var wire: [[[UInt8]]] = [[], []]

    private init(_ input: inout FuzzInput, key: SigningKey?) {
        for place in 0..<2 {
            let credentials = SpeakerCredentials(key: key, firstNumber: 0, instance: UInt64(place) + 1)
            var speaker = FuzzedClaims.speaker(place, credentials)
            speaker.ownAddress = .v4(IPv4Address(192, 0, 2, UInt8(1 + place)))
            speakers.append(speaker)
            change(place) { $0.setSpeakers(UInt32(place) + 1, [1, 2, 3], at: $1) }
            change(place) { $0.connect(at: $1) }
        }
        for address in FuzzedClaims.addresses {
            for place in 0..<2 {
                let isOwner = input.next() & 1 == 0
                change(place) { $0.assign(FuzzedClaims.role(isOwner: isOwner, over: nil), of: address, at: $1) }
            }
        }
    }

    private static func speaker(_ place: Int, _ credentials: SpeakerCredentials) -> SegmentClaims {
        SegmentClaims(
            speaker: UInt32(place) + 1, hardwareAddress: hardwareAddress(place), credentials: credentials)
    }

    private static func hardwareAddress(_ place: Int) -> MACAddress { MACAddress(2, 0, 0, 0, 0, UInt8(1 + place)) }

    private static func role(isOwner: Bool, over other: UInt32?) -> ClaimRole {
        let rank = ClaimRank(standing: isOwner ? 0 : 1)
        return isOwner ? .owner(rank, over: other) : .standby(rank, mayStandIn: true)
    }

    static func run(_ octets: [UInt8], key: SigningKey?) {
        var input = FuzzInput(octets)
        var segment = FuzzedClaims(&input, key: key)
        while !input.isAtEnd { segment.step(&input) }
    }

    private mutating func step(_ input: inout FuzzInput) {
        let choice = input.next()
        let place = Int(choice >> 7)
        switch choice & 0x7F % 12 {
        case 0, 1: wait(.milliseconds(Int64(input.next())))
        case 2: wait(.milliseconds(20 * Int64(input.next())))
        case 3, 4: deliver(to: place, damaging: nil, keeps: false)
        case 5: deliver(to: place, damaging: nil, keeps: true)
        case 6: deliver(to: place, damaging: (input.next(), input.next()), keeps: false)
        case 7: if !wire[place].isEmpty { wire[place].removeFirst() }
        case 8: receive(input.block(), at: place)
        case 9: hear(place, input.next())
        case 10:
            let address = FuzzedClaims.addresses[input.next(below: FuzzedClaims.addresses.count)]
            let wanted = input.next()
            let role: ClaimRole? =
                wanted & 3 == 0 ? nil : FuzzedClaims.role(isOwner: wanted & 1 == 0, over: wanted & 4 == 0 ? nil : 2)
            change(place) { $0.assign(role, of: address, at: $1) }
        default:
            let isOn = input.next() & 1 == 0
            change(place) { isOn ? $0.connect(at: $1) : $0.disconnect(at: $1) }
        }
    }

    private mutating func hear(_ place: Int, _ whom: UInt8) {
        var heard: [UInt32: Set<MACAddress>] = [:]
        for other in 0..<3 where whom & 1 << UInt8(other) != 0 {
            heard[UInt32(other) + 1] = whom & 8 == 0 ? [] : [FuzzedClaims.hardwareAddress(other)]
        }
        heard[UInt32(place) + 1] = nil
        change(place) { $0.setHeard(heard, at: $1) }
    }

    private mutating func wait(_ duration: Duration) {
        let end = now.advanced(by: duration)
        // No more turns than there can be deadlines.
        for _ in 0..<64 {
            let next = speakers.compactMap(\.nextDeadline).min() ?? end
            guard next < end else { break }
            now = max(now, next)
            for place in speakers.indices { change(place) { $0.handleDeadline(at: $1) } }
        }
        now = end
        for place in speakers.indices { change(place) { $0.handleDeadline(at: $1) } }
    }

    private mutating func deliver(to place: Int, damaging damage: (UInt8, UInt8)?, keeps: Bool) {
        guard var frame = wire[place].first else { return }
        if !keeps { wire[place].removeFirst() }
        if let damage, !frame.isEmpty { frame[Int(damage.0) % frame.count] ^= damage.1 }
        receive(frame, at: place)
    }

    private mutating func receive(_ frame: [UInt8], at place: Int) {
        var reply = ByteWriter()
        var actions: [SegmentClaims.Action] = []
        _ = speakers[place].receive(frame.span, at: now, into: &reply, &actions)
        if reply.count > 0 { send(reply.bytes, from: place) }
        change(place) { _, _ in [] }
    }

    private mutating func change(_ place: Int, _ body: (inout SegmentClaims, Instant) -> [SegmentClaims.Action]) {
        _ = body(&speakers[place], now)
        var writer = ByteWriter()
        var count = 0
        while speakers[place].popFrame(at: now, using: &generator, into: &writer) != nil {
            count += 1
            demand(count < FuzzedClaims.mostFrames, "a speaker sends without end")
            demand(writer.count >= 42, "a frame of \(writer.count) octets")
            send(writer.bytes, from: place)
            writer.removeAll()
        }
        let speaker = speakers[place]
        demand(speaker.held == speaker.heldAddresses.count, "what is held is counted wrongly")
        demand(speaker.held <= speaker.count, "more is held than is wanted")
    }

    private mutating func send(_ frame: [UInt8], from place: Int) {
        guard wire[1 - place].count < 64 else { return }
        wire[1 - place].append(frame)
    }
}
