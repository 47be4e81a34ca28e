import Addresses
import BGP
import Testing
import WireCodec

import class Foundation.Bundle
import class Foundation.FileManager

/// A message that somebody else's daemon sent, as a file of hexadecimal digits with a gloss for each part.
struct Capture: Sendable, CustomStringConvertible {
    let name: String
    let bytes: [UInt8]

    var description: String { name }

    /// All that there are, by name.
    static let all: [Capture] = {
        guard let folder = Bundle.module.url(forResource: "Captures", withExtension: nil),
            let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return files.filter { $0.hasSuffix(".hex") }.sorted().compactMap { file in
            guard let data = FileManager.default.contents(atPath: folder.path + "/" + file) else { return nil }
            return Capture(name: String(file.dropLast(4)), text: String(decoding: data, as: UTF8.self))
        }
    }()

    /// `#` begins a gloss.
    private init(name: String, text: String) {
        self.name = name
        let digits = text.split(separator: "\n").flatMap { line in
            line.prefix { $0 != "#" }.compactMap(\.hexDigitValue)
        }
        bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func named(_ name: String) throws -> Capture {
        try #require(all.first { $0.name == name }, "no capture \(name)")
    }

    var body: Span<UInt8> { bytes.span.extracting(droppingFirst: Header.length) }
}

@Suite("Messages of other daemons") struct CaptureTests {
    @Test("There are captures of five daemons, of every type of message") func present() {
        let names = Capture.all.map(\.name)
        #expect(names.count >= 32)
        for daemon in ["bird", "exabgp", "frr", "gobgp", "openbgpd"] {
            #expect(names.contains { $0.hasPrefix(daemon + "-open") })
            #expect(names.contains { $0.hasPrefix(daemon + "-update") })
        }
        #expect(names.contains { $0.contains("-notification") } && names.contains { $0.contains("-keepalive") })
    }

    @Test("Each is read without a complaint, and reads the same when written again", arguments: Capture.all)
    func bothWays(_ capture: Capture) throws {
        let header = try Header(decoding: capture.bytes.span, maximumLength: Header.maximumMessageLength)
        #expect(header.messageLength == capture.bytes.count)
        var writer = ByteWriter()
        switch header.type {
        case .open:
            let open = try OpenMessage(decoding: capture.body)
            try open.encode(into: &writer)
            #expect(try OpenMessage(decoding: writer.bytes.span.extracting(droppingFirst: Header.length)) == open)
        case .update:
            let context = ReceivedUpdate.Context(fourOctetASN: true, isInternal: false)
            let update = try ReceivedUpdate(decoding: capture.body, context: context)
            #expect(update.problems == [])
            try update.message.encode(into: &writer, fourOctetASN: true)
            let again = try ReceivedUpdate(
                decoding: writer.bytes.span.extracting(droppingFirst: Header.length), context: context)
            #expect(again == update)
        case .notification:
            try NotificationMessage(decoding: capture.body).encode(into: &writer)
            #expect(writer.bytes == capture.bytes)
        case .keepalive: #expect(capture.bytes == KeepaliveMessage.encoded)
        case .routeRefresh:
            try RouteRefreshMessage(decoding: capture.bytes.span, isEnhanced: true).encode(into: &writer)
            #expect(writer.bytes == capture.bytes)
        default: Issue.record("no capture of \(header.type) was expected")
        }
    }
}

// MARK: - What they say

extension CaptureTests {
    struct ExpectedOpen: Sendable {
        let name: String
        let asn: UInt32
        let holdTime: UInt16
        let identifier: IPv4Address
        let capabilities: [Capability]
    }

    private static let ipv4 = RouteFamily(unicast: .ipv4)
    private static let ipv6 = RouteFamily(unicast: .ipv6)

    private static func unknown(_ code: UInt8, _ value: [UInt8]) -> Capability {
        .unknown(CapabilityCode(rawValue: code), value)
    }

    static let opens: [ExpectedOpen] = [
        ExpectedOpen(
            name: "bird-open-1", asn: 4_200_000_001, holdTime: 90, identifier: IPv4Address(10, 99, 0, 1),
            capabilities: [
                .multiprotocol(ipv4), .multiprotocol(ipv6), .routeRefresh, .extendedMessage,
                .gracefulRestart(
                    GracefulRestart(
                        isRestarting: false, coversNotifications: false, restartTime: 120,
                        families: [
                            GracefulRestart.Family(family: ipv4, isForwardingPreserved: false),
                            GracefulRestart.Family(family: ipv6, isForwardingPreserved: false),
                        ])), .fourOctetASN(ASN(4_200_000_001)), .enhancedRouteRefresh, unknown(71, []),
            ]),
        ExpectedOpen(
            name: "frr-open-1", asn: 64513, holdTime: 180, identifier: IPv4Address(10, 99, 0, 2),
            capabilities: [
                .multiprotocol(ipv4), .multiprotocol(ipv6), unknown(128, []), .routeRefresh, .enhancedRouteRefresh,
                .fourOctetASN(ASN(64513)), .extendedMessage, unknown(69, [0, 1, 1, 1, 0, 2, 1, 1]),
                unknown(73, [2, 0x76, 0x6D, 0]),
                .gracefulRestart(
                    GracefulRestart(isRestarting: true, coversNotifications: true, restartTime: 120, families: [])),
                unknown(71, [0, 1, 1, 0x80, 0, 0, 0, 0, 2, 1, 0x80, 0, 0, 0]),
            ]),
        ExpectedOpen(
            name: "gobgp-open-1", asn: 4_200_000_002, holdTime: 90, identifier: IPv4Address(10, 99, 0, 2),
            capabilities: [
                .routeRefresh, unknown(73, [2, 0x76, 0x6D, 0]), .multiprotocol(ipv4), .multiprotocol(ipv6),
                .fourOctetASN(ASN(4_200_000_002)),
                .gracefulRestart(
                    GracefulRestart(
                        isRestarting: false, coversNotifications: false, restartTime: 20,
                        families: [GracefulRestart.Family(family: ipv4, isForwardingPreserved: false)])),
                .extendedNextHop([Capability.ExtendedNextHop(family: ipv4, nextHop: .ipv6)]),
            ]),
        ExpectedOpen(
            name: "exabgp-open-1", asn: 64513, holdTime: 30, identifier: IPv4Address(10, 99, 0, 2),
            capabilities: [.multiprotocol(ipv4), .multiprotocol(ipv6), .fourOctetASN(ASN(64513)), .extendedMessage]),
        ExpectedOpen(
            name: "openbgpd-open-1", asn: 64513, holdTime: 9, identifier: IPv4Address(10, 99, 0, 2),
            capabilities: [
                .multiprotocol(ipv4), .routeRefresh,
                .gracefulRestart(
                    GracefulRestart(isRestarting: true, coversNotifications: false, restartTime: 0, families: [])),
                .fourOctetASN(ASN(64513)),
            ]),
    ]

    @Test("OPENs say what the daemons were configured to say", arguments: opens) func open(_ row: ExpectedOpen) throws {
        let open = try OpenMessage(decoding: try Capture.named(row.name).body)
        #expect(open.asn == ASN(row.asn))
        #expect(open.holdTime == row.holdTime)
        #expect(open.identifier == BGPIdentifier(row.identifier))
        #expect(open.capabilities == row.capabilities)
    }

    struct ExpectedUpdate: Sendable {
        let name: String
        let message: UpdateMessage
    }

    private static func path(_ asns: UInt32...) -> PathAttribute {
        .asPath(ASPath(segments: [ASPath.Segment(.sequence, asns.map { ASN($0) })]))
    }

    private static func prefix(_ text: String) -> IPPrefix {
        do { return try IPPrefix(text) } catch {
            Issue.record("\(error)")
            return IPPrefix(host: .v4(.unspecified))
        }
    }

    static let updates: [ExpectedUpdate] = [
        ExpectedUpdate(
            name: "frr-update-1",
            message: UpdateMessage(
                attributes: [
                    .origin(.igp), path(64513, 64513, 64513), .nextHop(IPv4Address(10, 99, 0, 2)),
                    .multiExitDiscriminator(77), .atomicAggregate, .aggregator(ASN(64513), IPv4Address(10, 99, 0, 2)),
                    .communities([Community(64513, 1), .noExport]), .largeCommunities([LargeCommunity(64513, 3, 4)]),
                ], nlri: [prefix("203.0.0.0/16")])),
        ExpectedUpdate(
            name: "bird-update-2",
            message: UpdateMessage(
                attributes: [
                    .origin(.igp), path(4_200_000_001), .nextHop(IPv4Address(10, 99, 0, 1)),
                    .communities([Community(64512, 7)]),
                    .extendedCommunities([ExtendedCommunity(rawValue: 0x0002_FC00_0000_0009)]),
                    .largeCommunities([LargeCommunity(64512, 1, 2)]),
                ], nlri: [prefix("192.0.2.10/32")])),
        ExpectedUpdate(
            name: "gobgp-update-3",
            message: UpdateMessage(
                attributes: [
                    .origin(.incomplete), path(4_200_000_002), .nextHop(IPv4Address(10, 99, 0, 2)),
                    .multiExitDiscriminator(3), .communities([Community(64512, 99)]),
                    .largeCommunities([LargeCommunity(64512, 5, 6)]),
                ], nlri: [prefix("203.0.113.77/32")])),
        ExpectedUpdate(
            name: "exabgp-update-1",
            message: UpdateMessage(
                attributes: [
                    .origin(.igp), path(64513), .nextHop(IPv4Address(10, 99, 0, 2)), .multiExitDiscriminator(9),
                    .communities([Community(64513, 5)]), .largeCommunities([LargeCommunity(64513, 1, 1)]),
                ], nlri: [prefix("203.0.113.5/32")])),
        ExpectedUpdate(
            name: "openbgpd-update-3",
            message: UpdateMessage(
                attributes: [
                    .origin(.igp), path(64513), .nextHop(IPv4Address(10, 99, 0, 2)),
                    .communities([Community(64513, 7)]),
                ], nlri: [prefix("203.0.113.0/24")])),
        ExpectedUpdate(name: "openbgpd-update-1", message: .endOfRIB(.ipv4)),
        ExpectedUpdate(name: "bird-update-3", message: .endOfRIB(.ipv4)),
        ExpectedUpdate(name: "bird-update-5", message: .endOfRIB(.ipv6)),
    ]

    @Test("UPDATEs say what the daemons were told to announce", arguments: updates) func update(
        _ row: ExpectedUpdate
    ) throws {
        let context = ReceivedUpdate.Context(fourOctetASN: true, isInternal: false)
        let update = try ReceivedUpdate(decoding: try Capture.named(row.name).body, context: context)
        #expect(update.message == row.message)
    }

    @Test("IPv6 routes come with a global and a link-local next hop") func ipv6() throws {
        let context = ReceivedUpdate.Context(fourOctetASN: true, isInternal: false)
        let update = try ReceivedUpdate(decoding: try Capture.named("bird-update-4").body, context: context)
        guard case .mpReachNLRI(let reach)? = update.message.attributes.first else {
            Issue.record("no MP_REACH_NLRI: \(update.message)")
            return
        }
        #expect(reach.nextHop.address == .v6(try IPv6Address("2001:db8:99::1")))
        #expect(reach.nextHop.linkLocal?.isLinkLocal == true)
        #expect(reach.nlri == [Self.prefix("2001:db8:2::/48"), Self.prefix("2001:db8:1::10/128")])
    }

    @Test(
        "A shutdown's text is read",
        arguments: [("frr-notification-2", "power work"), ("openbgpd-notification-1", "maintenance")])
    func shutdown(name: String, text: String) throws {
        let notification = try NotificationMessage(decoding: try Capture.named(name).body)
        #expect(notification.shutdownText == text)
    }

    /// What we write ourselves has the form that BIRD's has, octet for octet.
    @Test("An UPDATE of ours is the same as BIRD's for the same route") func sameAsBIRD() throws {
        let capture = try Capture.named("bird-update-1")
        let context = ReceivedUpdate.Context(fourOctetASN: true, isInternal: false)
        let prefixes = try ReceivedUpdate(decoding: capture.body, context: context).message.nlri
        var table = AdjRIBOut()
        _ = table.apply(prefixes.map { .announce($0, to: ["frr"]) })
        table.attach(
            "frr",
            PeerEncoding(
                localASN: ASN(4_200_000_001), isInternal: false,
                nextHops: [.ipv4: NextHop(.v4(IPv4Address(10, 99, 0, 1)))]))
        let output = table.takeOutput(for: "frr", limit: 1)
        #expect(output?.bytes == capture.bytes)
    }
}
