import Addresses
import WireCodec

/// What speakers add to the frames by which they ask for addresses and claim them: who it is that speaks, and by what
/// right. It tells a speaker from a stranger that uses an address of ours, and lets two speakers that claim one address
/// settle at once, without a word more, which of them lets go.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +---------------------------------------------------------------+
///     |                       "MRLT" (0x4D524C54)                     |
///     +-------+-------+-------+-------+-------------------------------+
///     |version| kind  | flags |standng|        speaker …              |
///     +-------+-------+-------+-------+-------------------------------+
///     |        … speaker              |          term …               |
///     +-------------------------------+-------------------------------+
///     |          … term               |         company               |
///     +-------------------------------+-------------------------------+
///     |            weight             |
///     +-------------------------------+
///
/// These 18 octets are exactly the padding that an ARP packet has in the shortest Ethernet frame (IEEE 802.3 §4.2.3.3),
/// and other hosts do not look there. In neighbor discovery they are an option of type 253, which RFC 4727
/// §4 leaves to experiments, and which hosts that do not know it ignore (RFC 4861 §4.6).
package struct ClaimMark: Hashable, Sendable {
    /// What the frame is. Frames of the kinds probe, confirmation, greeting, concession, inquiry,
    /// challenge and denial change no host's cache.
    package enum Kind: UInt8, Hashable, Sendable {
        /// Does anybody have the address?
        case probe = 1
        /// The address is here.
        case claim = 2
        /// The answer to a probe: the address is here.
        case answer = 3
        /// I have claimed the address, and still hold it. For speakers alone.
        case confirmation = 4
        /// I am here, with this MAC address. For speakers alone.
        case greeting = 5
        /// I have let go of the address: for one with a better claim, which is to announce it again, or because I must not have
        /// it. For speakers alone.
        case concession = 6
        /// Who has the address? From a host that does not want it, and need not be a speaker: the number is then zero.
        case inquiry = 7
        /// To one speaker alone: do you have the address? With a nonce, that the answer returns. Unknown to version 1.
        case challenge = 8
        /// The answer of one that does not have the address. Unknown to version 1.
        case denial = 9
    }

    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The sender answers for the address only until another node claims it. Of a denial: it did so a moment ago.
        package static let isYielding = Flags(rawValue: 1)
        /// The sender reaches less than half of the speakers that it has known on the segment.
        package static let isMinority = Flags(rawValue: 2)
        /// Of a greeting: tell me what you hold. For the speaker whose number is in the term, or if that is zero for all.
        package static let asksForClaims = Flags(rawValue: 4)
        /// Of a greeting: greet me too, repeatedly, for I do not receive your liveness packets.
        package static let needsGreetings = Flags(rawValue: 8)
    }

    package var kind: Kind
    package var flags: Flags
    package var rank: ClaimRank
    /// The speaker's number, which everybody derives alike from the name of its node.
    package var speaker: UInt32
    /// Grows by one whenever the address is claimed again.
    package var term: UInt32
    /// How many speakers reach each other as far as the sender knows, itself among them; grows only some time after they
    /// do.
    package var company: UInt16

    package static let length = 18
    private static let magic: UInt32 = 0x4D52_4C54
    private static let version: UInt8 = 1

    package init(
        _ kind: Kind, flags: Flags = [], rank: ClaimRank = ClaimRank(), speaker: UInt32, term: UInt32 = 0,
        company: Int = 1
    ) {
        self.kind = kind
        self.flags = flags
        self.rank = rank
        self.speaker = speaker
        self.term = term
        self.company = UInt16(clamping: company)
    }

    /// Reads a mark; `nil` if it is something else, or of a version or kind that is not known here.
    @_lifetime(reader: copy reader)
    init?(decoding reader: inout ByteReader) throws(DropReason) {
        let magic = try reader.field(UInt32.self)
        let head = try reader.field(UInt8.self)
        let flags = try reader.field(UInt8.self)
        speaker = try reader.field()
        term = try reader.field()
        company = try reader.field()
        let weight = try reader.field(UInt16.self)
        guard magic == ClaimMark.magic, head >> 4 == ClaimMark.version, let kind = Kind(rawValue: head & 0x0F) else {
            return nil
        }
        self.kind = kind
        self.flags = Flags(rawValue: flags >> 4)
        rank = ClaimRank(standing: Int(flags & 0x0F), weight: Int(weight))
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(ClaimMark.magic)
        writer.write(ClaimMark.version << 4 | kind.rawValue)
        writer.write(flags.rawValue << 4 | rank.standing)
        writer.write(speaker)
        writer.write(term)
        writer.write(company)
        writer.write(rank.weight)
    }

    /// Whether of two speakers that claim one address this one keeps it. Of two different speakers, exactly one does.
    ///
    /// First, a node that has lost most of the others yields: it may have taken over addresses that no other node gave up.
    /// Then the later claim wins: it was made in knowledge of the earlier one, or because its maker was down.
    package func outranks(_ other: ClaimMark, for address: IPAddress) -> Bool {
        let (isMinority, otherIsMinority) = (flags.contains(.isMinority), other.flags.contains(.isMinority))
        if isMinority != otherIsMinority { return otherIsMinority }
        if term != other.term { return term > other.term }
        if rank.standing != other.rank.standing { return rank.standing < other.rank.standing }
        if rank.weight != other.rank.weight { return rank.weight > other.rank.weight }
        return (ClaimMark.lot(speaker, address), speaker) > (ClaimMark.lot(other.speaker, address), other.speaker)
    }

    /// What decides between equals, so that after two halves of a segment have found together again the addresses are
    /// spread over both: FNV-1a of the octets.
    static func lot(_ speaker: UInt32, _ address: IPAddress) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ octet: UInt8) { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        for shift in stride(from: 0, to: 32, by: 8) { add(UInt8(truncatingIfNeeded: speaker >> UInt32(shift))) }
        for octet in address.octets { add(octet) }
        return hash ^ hash >> 29
    }
}
