import Addresses
import LinkLayer
import Testing
import WireCodec

/// Octets from hexadecimal digits; blanks and line ends are only for the eye.
func octets(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func hex(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A frame from the wire, and who sent it.
struct CapturedFrame: Sendable, CustomTestStringConvertible {
    let name: String
    let octets: [UInt8]

    init(_ name: String, _ hexadecimal: String...) {
        self.name = name
        octets = LinkLayerTests.octets(hexadecimal.joined())
    }

    var testDescription: String { name }
}

/// Captured on a veth pair between 02:00:00:00:00:0a (192.0.2.10, 2001:db8::a) and 02:00:00:00:00:0b (192.0.2.11,
/// 2001:db8::b); Linux 6.18, arping of iputils 20221126, ndisc6 1.0.5.
enum Captured {
    static let arpingRequest = CapturedFrame(
        "arping: who has 192.0.2.11? tell 192.0.2.10",
        "ffffffffffff 02000000000a 0806",  // to all, from a, ARP
        "0001 0800 06 04 0001",  // Ethernet, IPv4, lengths, request
        "02000000000a c000020a",  // sender
        "ffffffffffff c000020b")  // target
    static let linuxReply = CapturedFrame(
        "Linux: 192.0.2.11 is at 02:00:00:00:00:0b",
        "02000000000a 02000000000b 0806", "0001 0800 06 04 0002", "02000000000b c000020b", "02000000000a c000020a")
    static let arpingProbe = CapturedFrame(
        "arping -D: who has 192.0.2.99? tell nobody",
        "ffffffffffff 02000000000a 0806", "0001 0800 06 04 0001", "02000000000a 00000000", "ffffffffffff c0000263")
    static let arpingAnnouncementReply = CapturedFrame(
        "arping -A: 192.0.2.10 is here, as a reply",
        "ffffffffffff 02000000000a 0806", "0001 0800 06 04 0002", "02000000000a c000020a", "02000000000a c000020a")
    static let arpingAnnouncementRequest = CapturedFrame(
        "arping -U: 192.0.2.10 is here, as a request",
        "ffffffffffff 02000000000a 0806", "0001 0800 06 04 0001", "02000000000a c000020a", "ffffffffffff c000020a")

    static let ndisc6Solicitation = CapturedFrame(
        "ndisc6: who has 2001:db8::b? from fe80::ff:fe00:a",
        "3333ff00000b 02000000000a 86dd",  // to the group's MAC address, IPv6
        "600c1ad0 0020 3a ff",  // version 6 and a flow label, 32 octets, ICMPv6, hop limit 255
        "fe80000000000000000000fffe00000a", "ff0200000000000000000001ff00000b",
        "87 00 4c3b 00000000",  // solicitation, code, checksum, reserved
        "20010db800000000000000000000000b",  // target
        "01 01 02000000000a")  // source link-layer address
    static let linuxAdvertisementToLinkLocal = CapturedFrame(
        "Linux: 2001:db8::b is at 02:00:00:00:00:0b, to fe80::ff:fe00:a",
        "02000000000a 02000000000b 86dd", "60000000 0020 3a ff",
        "20010db800000000000000000000000b", "fe80000000000000000000fffe00000a",
        "88 00 ba85 60000000",  // advertisement, solicited and override
        "20010db800000000000000000000000b", "02 01 02000000000b")
    static let linuxSolicitation = CapturedFrame(
        "Linux: who has 2001:db8::b? from 2001:db8::a",
        "3333ff00000b 02000000000a 86dd", "60000000 0020 3a ff",
        "20010db800000000000000000000000a", "ff0200000000000000000001ff00000b",
        "87 00 1c03 00000000", "20010db800000000000000000000000b", "01 01 02000000000a")
    static let linuxAdvertisement = CapturedFrame(
        "Linux: 2001:db8::b is at 02:00:00:00:00:0b, to 2001:db8::a",
        "02000000000a 02000000000b 86dd", "60000000 0020 3a ff",
        "20010db800000000000000000000000b", "20010db800000000000000000000000a",
        "88 00 8a4d 60000000", "20010db800000000000000000000000b", "02 01 02000000000b")
    static let linuxUnicastSolicitation = CapturedFrame(
        "Linux: is 2001:db8::a still there? to it alone",
        "02000000000a 02000000000b 86dd", "60000000 0020 3a ff",
        "fe80000000000000000000fffe00000b", "20010db800000000000000000000000a",
        "87 00 1c87 00000000", "20010db800000000000000000000000a", "01 01 02000000000b")
    static let linuxUnicastAdvertisement = CapturedFrame(
        "Linux: 2001:db8::a is still here, without saying where",
        "02000000000b 02000000000a 86dd", "60000000 0018 3a ff",
        "20010db800000000000000000000000a", "fe80000000000000000000fffe00000b",
        "88 00 de9a 40000000",  // solicited alone
        "20010db800000000000000000000000a")
    static let linuxDuplicateDetection = CapturedFrame(
        "Linux: does anybody have 2001:db8::b? from ::, with a nonce",
        "3333ff00000b 02000000000b 86dd", "60000000 0020 3a ff",
        "00000000000000000000000000000000", "ff0200000000000000000001ff00000b",
        "87 00 84c3 00000000", "20010db800000000000000000000000b",
        "0e 01 eb05f5a3d962")  // RFC 7527: nonce

    static let arp = [
        arpingRequest, linuxReply, arpingProbe, arpingAnnouncementReply, arpingAnnouncementRequest,
    ]
    static let solicitations = [
        ndisc6Solicitation, linuxSolicitation, linuxUnicastSolicitation, linuxDuplicateDetection,
    ]
    static let advertisements = [
        linuxAdvertisementToLinkLocal, linuxAdvertisement, linuxUnicastAdvertisement,
    ]
}

extension MACAddress {
    static let a = MACAddress(0x02, 0, 0, 0, 0, 0x0A)
    static let b = MACAddress(0x02, 0, 0, 0, 0, 0x0B)
}

/// A frame taken apart as far as its IPv6 payload.
func decodeIPv6(_ frame: [UInt8]) throws -> (EthernetHeader, IPv6Header, payload: [UInt8]) {
    var reader = ByteReader(frame.span)
    let ethernet = try EthernetHeader(decoding: &reader)
    let header = try IPv6Header(decoding: &reader)
    return (ethernet, header, reader.readRest())
}

extension Responder {
    /// Answers a frame; the reply's octets, or none.
    func answer(_ frame: [UInt8]) -> (Outcome, reply: [UInt8]) {
        var writer = ByteWriter()
        let outcome = answer(frame.span, into: &writer)
        return (outcome, writer.bytes)
    }
}
