import Addresses
import BGP
import Testing
import WireCodec

@Suite("OPEN") struct OpenMessageTests {
    struct Bad: Sendable {
        let body: [UInt8]
        let subcode: UInt8
        var data: [UInt8] = []
        let why: String
    }

    /// Version, AS, hold time, identifier, optional parameters with their length.
    private static func body(
        version: UInt8 = 4, asn: [UInt8] = [0xFC, 0x01], hold: [UInt8] = [0, 90], identifier: [UInt8] = [10, 0, 0, 1],
        _ parameters: [UInt8] = [0]
    ) -> [UInt8] { [version] + asn + hold + identifier + parameters }

    /// RFC 4271 §6.2.
    static let bad: [Bad] = [
        Bad(body: body(version: 3), subcode: 1, data: [0, 4], why: "version 3: use 4"),
        Bad(body: body(version: 5), subcode: 1, data: [0, 4], why: "version 5: use 4"),
        Bad(body: body(asn: [0, 0]), subcode: 2, why: "AS 0 (RFC 7607)"),
        Bad(body: body([8, 2, 6, 65, 4, 0, 0, 0, 0]), subcode: 2, why: "AS 0 in the capability"),
        Bad(body: body(identifier: [0, 0, 0, 0]), subcode: 3, why: "identifier zero (RFC 6286)"),
        Bad(body: body([3, 1, 1, 0]), subcode: 4, why: "the authentication parameter of old"),
        Bad(body: body([5, 99, 1, 0, 2, 0]), subcode: 4, why: "an unknown parameter before capabilities"),
        Bad(body: body(hold: [0, 1]), subcode: 6, why: "hold time of one second"),
        Bad(body: body(hold: [0, 2]), subcode: 6, why: "hold time of two seconds"),
        Bad(body: body([1]), subcode: 0, why: "parameters announced and absent"),
        Bad(body: body([0, 0]), subcode: 0, why: "an octet after the parameters"),
        Bad(body: body([2, 2, 1]), subcode: 0, why: "a parameter longer than what is there"),
        Bad(body: body([3, 2, 1, 1]), subcode: 0, why: "a capability without length"),
        Bad(body: body([4, 2, 2, 65, 9]), subcode: 0, why: "a capability longer than its parameter"),
        Bad(body: body([5, 2, 3, 65, 1, 0]), subcode: 0, why: "a four-octet AS number of one octet"),
        Bad(body: body([9, 2, 7, 65, 5, 0, 0, 0, 1, 0]), subcode: 0, why: "a four-octet AS number of five octets"),
        Bad(body: body([7, 2, 5, 1, 3, 0, 1, 0]), subcode: 0, why: "multiprotocol of three octets"),
        Bad(body: body([5, 2, 3, 2, 1, 0]), subcode: 0, why: "route refresh with a value"),
        Bad(body: body([5, 2, 3, 64, 1, 0]), subcode: 0, why: "graceful restart of one octet"),
        Bad(body: body([255, 255, 0, 1, 2]), subcode: 0, why: "an extended parameter without length (RFC 9072)"),
        Bad(body: Array(body().prefix(8)), subcode: 0, why: "cut within the identifier"),
    ]

    @Test("A bad OPEN has its NOTIFICATION", arguments: bad) func badOpen(_ row: Bad) {
        let error = #expect(throws: MessageError.self, "\(row.why)") { try OpenMessage(decoding: row.body.span) }
        #expect(
            error?.notification == NotificationMessage(code: .openMessageError, subcode: row.subcode, data: row.data),
            "\(row.why)")
    }

    static let everything: [Capability] = [
        .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)), .routeRefresh,
        .extendedNextHop([Capability.ExtendedNextHop(family: RouteFamily(unicast: .ipv4), nextHop: .ipv6)]),
        .extendedMessage,
        .gracefulRestart(
            GracefulRestart(
                isRestarting: true, coversNotifications: true, restartTime: 4095,
                families: [
                    GracefulRestart.Family(family: RouteFamily(unicast: .ipv4), isForwardingPreserved: true),
                    GracefulRestart.Family(family: RouteFamily(unicast: .ipv6), isForwardingPreserved: false),
                ])), .fourOctetASN(ASN(4_200_000_000)), .enhancedRouteRefresh,
        .unknown(CapabilityCode(rawValue: 73), [5, 104, 101, 108, 108, 111, 0]),
    ]

    @Test(
        "What is written is read", arguments: [[], everything, everything + Array(repeating: everything[8], count: 40)])
    func roundTrip(_ capabilities: [Capability]) throws {
        let open = OpenMessage(
            asn: ASN(4_200_000_000), holdTime: 65535, identifier: BGPIdentifier(rawValue: .max),
            capabilities: capabilities)
        var writer = ByteWriter()
        try open.encode(into: &writer)
        let header = try Header(decoding: writer.bytes.span, maximumLength: 4096)
        #expect(header.messageLength == writer.count)
        #expect(header.type == .open)
        let again = try OpenMessage(decoding: writer.bytes.span.extracting(droppingFirst: Header.length))
        #expect(again == open)
        #expect(again.twoOctetASN == 23456)
        #expect(again.asn == (capabilities.isEmpty ? ASN.transition : ASN(4_200_000_000)))
    }

    @Test("Capabilities may come in one parameter each, and extended lengths even where none are needed")
    func otherForms() throws {
        let separate = Self.body([16, 2, 6, 65, 4, 0, 0, 0xFC, 0x01, 2, 6, 1, 4, 0, 1, 0, 1])
        let open = try OpenMessage(decoding: separate.span)
        #expect(open.capabilities == [.fourOctetASN(ASN(64513)), .multiprotocol(RouteFamily(unicast: .ipv4))])
        // RFC 9072 §2: the first length is any but zero.
        let extended = Self.body([255, 255, 0, 9, 2, 0, 6, 65, 4, 0, 0, 0xFC, 0x01])
        #expect(try OpenMessage(decoding: extended.span).capabilities == [.fourOctetASN(ASN(64513))])
    }
}
