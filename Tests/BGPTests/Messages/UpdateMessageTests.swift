import Addresses
import BGP
import Testing
import WireCodec

@Suite("UPDATE") struct UpdateMessageTests {
    private static let four = ReceivedUpdate.Context(fourOctetASN: true, isInternal: false)
    private static let two = ReceivedUpdate.Context(fourOctetASN: false, isInternal: false)
    private static let home = ReceivedUpdate.Context(fourOctetASN: true, isInternal: true)

    private static func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }

    private static func body(withdrawn: [UInt8] = [], _ attributes: [[UInt8]], nlri: [UInt8] = [24, 192, 0, 2])
        -> [UInt8]
    {
        lengthPrefixed(withdrawn) + lengthPrefixed(attributes.flatMap { $0 }) + nlri
    }

    private static let origin: [UInt8] = [0x40, 1, 1, 0]
    private static let path: [UInt8] = [0x40, 2, 6, 2, 1, 0, 0, 0xFC, 0x01]
    private static let hop: [UInt8] = [0x40, 3, 4, 192, 0, 2, 1]
    private static let basics = [origin, path, hop]

    struct Row: Sendable {
        let body: [UInt8]
        var context = UpdateMessageTests.four
        let handling: ErrorHandling?
        var attribute: UInt8?
        let why: String
    }

    @Test("An error without a reachable route resets the session: what it hides may be one (RFC 7606 §5.2)")
    func hiding() {
        let body: [UInt8] = [0, 0, 0, 4, 0x40, 1, 1, 3]
        #expect(throws: MessageError.self) { try ReceivedUpdate(decoding: body.span, context: Self.four) }
        // A discarded attribute hides nothing.
        let discarded: [UInt8] = [0, 0, 0, 7, 0xC0, 7, 4, 0, 0, 0, 0]
        #expect((try? ReceivedUpdate(decoding: discarded.span, context: Self.four)) != nil)
    }

    /// RFC 7606 §7, row by row, and what RFC 6793 and RFC 8092 add.
    static let tolerated: [Row] = [
        Row(body: body(basics), handling: nil, why: "nothing wrong"),
        Row(body: body([], nlri: []), handling: nil, why: "End-of-RIB"),
        Row(body: body(basics + [[0xC0, 99, 2, 1, 2]]), handling: nil, why: "an unknown optional attribute"),
        Row(
            body: body([origin, path, hop, [0x50, 1, 0, 1, 0]]), handling: .attributeDiscard, attribute: 1,
            why: "ORIGIN twice"),
        Row(
            body: body([[0x40, 1, 1, 3], path, hop]), handling: .treatAsWithdraw, attribute: 1, why: "ORIGIN 3"),
        Row(
            body: body([[0x40, 1, 2, 0, 0], path, hop]), handling: .treatAsWithdraw, attribute: 1,
            why: "ORIGIN of two octets"),
        Row(
            body: body([[0xC0, 1, 1, 0], path, hop]), handling: .treatAsWithdraw, attribute: 1,
            why: "ORIGIN with the flags of an optional attribute"),
        Row(
            body: body([origin, [0x40, 2, 6, 5, 1, 0, 0, 0xFC, 0x01], hop]), handling: .treatAsWithdraw, attribute: 2,
            why: "unknown kind of segment"),
        Row(
            body: body([origin, [0x40, 2, 2, 2, 0], hop]), handling: .treatAsWithdraw, attribute: 2,
            why: "empty segment"),
        Row(
            body: body([origin, [0x40, 2, 6, 2, 2, 0, 0, 0xFC, 0x01], hop]), handling: .treatAsWithdraw, attribute: 2,
            why: "segment longer than the path"),
        Row(
            body: body([origin, [0x40, 2, 5, 2, 1, 0, 0, 0xFC], hop]), handling: .treatAsWithdraw, attribute: 2,
            why: "path that ends within a number"),
        Row(
            body: body([origin, [0x40, 2, 4, 2, 1, 0xFC, 0x01], hop]), context: two, handling: nil,
            why: "numbers of two octets where that is agreed"),
        Row(
            body: body([origin, path, [0x40, 3, 3, 192, 0, 2]]), handling: .treatAsWithdraw, attribute: 3,
            why: "NEXT_HOP of three octets"),
        Row(
            body: body([origin, path, [0x40, 3, 4, 224, 0, 0, 5]]), handling: .treatAsWithdraw, attribute: 3,
            why: "NEXT_HOP that is no host"),
        Row(
            body: body(basics + [[0x80, 4, 3, 0, 0, 0]]), handling: .treatAsWithdraw, attribute: 4,
            why: "MULTI_EXIT_DISC of three octets"),
        Row(
            body: body(basics + [[0x40, 5, 4, 0, 0, 0, 100]]), handling: .attributeDiscard, attribute: 5,
            why: "LOCAL_PREF from an external peer"),
        Row(
            body: body(basics + [[0x40, 5, 3, 0, 0, 100]]), context: home, handling: .treatAsWithdraw, attribute: 5,
            why: "LOCAL_PREF of three octets"),
        Row(body: body(basics), context: home, handling: .treatAsWithdraw, attribute: 5, why: "no LOCAL_PREF at home"),
        Row(
            body: body(basics + [[0x40, 6, 1, 0]]), handling: .attributeDiscard, attribute: 6,
            why: "ATOMIC_AGGREGATE with a value"),
        Row(
            body: body(basics + [[0xC0, 7, 6, 0xFC, 1, 1, 2, 3, 4]]), handling: .attributeDiscard, attribute: 7,
            why: "AGGREGATOR of six octets where numbers have four"),
        Row(
            body: body(basics + [[0xC0, 8, 0]]), handling: .treatAsWithdraw, attribute: 8, why: "no community at all"),
        Row(
            body: body(basics + [[0xC0, 8, 6, 1, 2, 3, 4, 5, 6]]), handling: .treatAsWithdraw, attribute: 8,
            why: "a community and a half"),
        Row(
            body: body(basics + [[0x80, 9, 4, 1, 2, 3, 4]]), handling: .attributeDiscard, attribute: 9,
            why: "ORIGINATOR_ID from an external peer"),
        Row(
            body: body(basics + [[0x80, 10, 4, 1, 2, 3, 4]]), handling: .attributeDiscard, attribute: 10,
            why: "CLUSTER_LIST from an external peer"),
        Row(
            body: body(basics + [[0x40, 5, 4, 0, 0, 0, 100], [0x80, 9, 3, 1, 2, 3]]), context: home,
            handling: .treatAsWithdraw, attribute: 9, why: "ORIGINATOR_ID of three octets"),
        Row(
            body: body(basics + [[0x40, 5, 4, 0, 0, 0, 100], [0x80, 10, 5, 1, 2, 3, 4, 5]]), context: home,
            handling: .treatAsWithdraw, attribute: 10, why: "CLUSTER_LIST of five octets"),
        Row(
            body: body(basics + [[0xC0, 16, 7, 1, 2, 3, 4, 5, 6, 7]]), handling: .treatAsWithdraw, attribute: 16,
            why: "extended community of seven octets"),
        Row(
            body: body(basics + [[0xC0, 32, 8, 1, 2, 3, 4, 5, 6, 7, 8]]), handling: .treatAsWithdraw, attribute: 32,
            why: "large community of eight octets"),
        Row(
            body: body(basics + [[0xC0, 17, 6, 2, 1, 0, 0, 0xFC, 1]]), handling: .attributeDiscard, attribute: 17,
            why: "AS4_PATH where numbers have four octets"),
        Row(
            body: body([origin, [0x40, 2, 4, 2, 1, 0xFC, 1], hop, [0xC0, 17, 3, 2, 1, 0]]), context: two,
            handling: .attributeDiscard, attribute: 17, why: "malformed AS4_PATH"),
        Row(
            body: body([origin, [0x40, 2, 4, 2, 1, 0xFC, 1], hop, [0xC0, 18, 4, 1, 2, 3, 4]]), context: two,
            handling: .attributeDiscard, attribute: 18, why: "AS4_AGGREGATOR of four octets"),
        Row(body: body([path, hop]), handling: .treatAsWithdraw, attribute: 1, why: "no ORIGIN"),
        Row(body: body([origin, hop]), handling: .treatAsWithdraw, attribute: 2, why: "no AS_PATH"),
        Row(body: body([origin, path]), handling: .treatAsWithdraw, attribute: 3, why: "no NEXT_HOP"),
        Row(
            body: body(basics + [[0xC0, 8, 200, 1]]), handling: .treatAsWithdraw,
            why: "an attribute longer than the attributes"),
        Row(body: body(basics + [[0xC0]]), handling: .treatAsWithdraw, why: "one octet after the attributes"),
        Row(
            body: body([[0x40, 1, 1, 3], path, hop, [0x40, 6, 1, 0]]), handling: .treatAsWithdraw, attribute: 1,
            why: "of two errors, the stronger counts"),
    ]

    @Test("What RFC 7606 tolerates is dropped as it says", arguments: tolerated) func tolerance(_ row: Row) throws {
        let update = try ReceivedUpdate(decoding: row.body.span, context: row.context)
        #expect(update.handling == row.handling, "\(row.why): \(update.problems)")
        if let attribute = row.attribute {
            #expect(update.problems.contains { $0.attribute?.rawValue == attribute }, "\(row.why): \(update.problems)")
        }
    }

    struct Fatal: Sendable {
        let body: [UInt8]
        let subcode: UInt8
        var data: [UInt8] = []
        let why: String
    }

    static let fatal: [Fatal] = [
        Fatal(body: [0, 5, 0, 0], subcode: 1, why: "withdrawn routes longer than the message"),
        Fatal(body: [0, 0, 0, 9, 0x40], subcode: 1, why: "attributes longer than the message"),
        Fatal(body: [0, 0, 0], subcode: 1, why: "half a length"),
        Fatal(
            body: body(withdrawn: [33, 1, 2, 3, 4, 5], [], nlri: []), subcode: 10, why: "withdrawn prefix of 33 bits"),
        Fatal(body: body(basics, nlri: [24, 192, 0]), subcode: 10, why: "prefix that is cut"),
        Fatal(body: body(basics, nlri: [200]), subcode: 10, why: "prefix of 200 bits"),
        Fatal(
            body: body(basics + [[0x40, 99, 1, 7]]), subcode: 2, data: [0x40, 99, 1, 7],
            why: "an unknown attribute that claims to be well-known"),
        Fatal(
            body: body([[0x80, 15, 3, 0, 2, 1], [0x80, 15, 3, 0, 2, 1]], nlri: []), subcode: 1,
            why: "MP_UNREACH_NLRI twice"),
        Fatal(
            body: body([[0x80, 14, 9, 0, 2, 1, 4, 1, 2, 3, 4, 0]], nlri: []), subcode: 9,
            data: [0x80, 14, 9, 0, 2, 1, 4, 1, 2, 3, 4, 0], why: "IPv6 routes with an IPv4 next hop"),
        Fatal(
            body: body([[0x80, 14, 5, 0, 2, 1, 0, 0]], nlri: []), subcode: 9, data: [0x80, 14, 5, 0, 2, 1, 0, 0],
            why: "no next hop"),
        Fatal(
            body: body([[0x80, 15, 4, 0, 2, 1, 129]], nlri: []), subcode: 9, data: [0x80, 15, 4, 0, 2, 1, 129],
            why: "IPv6 prefix of 129 bits"),
    ]

    @Test("What cannot be read ends the session with its NOTIFICATION", arguments: fatal) func reset(_ row: Fatal) {
        let error = #expect(throws: MessageError.self, "\(row.why)") {
            try ReceivedUpdate(decoding: row.body.span, context: Self.four)
        }
        #expect(
            error?.notification == NotificationMessage(code: .updateMessageError, subcode: row.subcode, data: row.data),
            "\(row.why)")
    }

    static let attributes: [PathAttribute] = [
        .origin(.incomplete),
        .asPath(
            ASPath(segments: [
                ASPath.Segment(.sequence, [ASN(64512), ASN(4_200_000_000)]), ASPath.Segment(.set, [ASN(1), ASN(2)]),
            ])), .nextHop(IPv4Address(192, 0, 2, 1)), .multiExitDiscriminator(.max), .localPreference(0),
        .atomicAggregate,
        .aggregator(ASN(4_200_000_000), IPv4Address(192, 0, 2, 9)),
        .communities((0..<100).map { Community(rawValue: $0) }), .originatorID(BGPIdentifier(rawValue: 1)),
        .clusterList([1, .max]),
        .mpReachNLRI(
            MPReachNLRI(
                family: .ipv6,
                nextHop: NextHop(.v6(IPv6Address(rawValue: 1)), linkLocal: IPv6Address(rawValue: 0xFE80 << 112 | 1)),
                nlri: [IPPrefix(host: .v6(IPv6Address(rawValue: .max)))])),
        .mpUnreachNLRI(.ipv4, [IPPrefix(host: .v4(IPv4Address(1, 2, 3, 4)))]),
        .extendedCommunities([.linkBandwidth(1e6, asn: ASN(64512))]),
        .largeCommunities([LargeCommunity(1, 2, 3), LargeCommunity(.max, .max, .max)]),
        .unrecognized(AttributeType(rawValue: 99), [.optional, .transitive, .partial], [1, 2, 3]),
    ]

    @Test("What is written is read", arguments: attributes) func roundTrip(_ attribute: PathAttribute) throws {
        let update = UpdateMessage(attributes: [attribute])
        var writer = ByteWriter()
        try update.encode(into: &writer, fourOctetASN: true)
        let body = writer.bytes.span.extracting(droppingFirst: Header.length)
        #expect(try ReceivedUpdate(decoding: body, context: Self.home).message.attributes == [attribute])
    }

    @Test("A path longer than a segment goes on in the next") func longPath() throws {
        let path = ASPath(origin: ASN(64512), prepending: 300)
        #expect(path.segments.map(\.asns.count) == [255, 46])
        let update = UpdateMessage(attributes: [
            .asPath(ASPath(segments: [ASPath.Segment(.sequence, path.segments.flatMap(\.asns))]))
        ])
        var writer = ByteWriter()
        try update.encode(into: &writer, fourOctetASN: true)
        let body = writer.bytes.span.extracting(droppingFirst: Header.length)
        #expect(try ReceivedUpdate(decoding: body, context: Self.home).message.attributes == [.asPath(path)])
    }

    @Test("A message that would be too long is not written") func tooLong() {
        let update = UpdateMessage(nlri: (0..<820).map { IPPrefix(host: .v4(IPv4Address(rawValue: $0))) })
        var writer = ByteWriter()
        #expect(throws: LengthOverflow.self) { try update.encode(into: &writer, fourOctetASN: true) }
        #expect(writer.count == 0)
    }
}
