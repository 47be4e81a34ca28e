import BFD
import TestSupport
import Testing
import Timing

@Suite("Control packets")
struct ControlPacketTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        let what: String
        let hex: String
        let packet: ControlPacket
        var testDescription: String { what }
    }

    /// From the wire, as BIRD 2.0.12 and FRR 8.4.4 sent them to each other at 50 and 70 ms, and BIRD by itself with
    /// authentication.
    static let captured: [Golden] = [
        Golden(
            what: "BIRD, Down, nobody heard yet",
            hex: "20 40 03 18  7ff8c6f9 00000000  000f4240 0000c350 00000000",
            packet: ControlPacket(
                state: .down, detectMultiplier: 3, myDiscriminator: 0x7FF8_C6F9, desiredMinTxInterval: .seconds(1),
                requiredMinRxInterval: .milliseconds(50))),
        Golden(
            what: "FRR, Down, with an echo interval",
            hex: "20 40 03 18  e76481d1 00000000  000f4240 000f4240 0000c350",
            packet: ControlPacket(
                state: .down, detectMultiplier: 3, myDiscriminator: 0xE764_81D1, desiredMinTxInterval: .seconds(1),
                requiredMinRxInterval: .seconds(1), requiredMinEchoRxInterval: .milliseconds(50))),
        Golden(
            what: "BIRD, Init, with the other's discriminator",
            hex: "20 80 03 18  f0d23baf e76481d1  000f4240 0000c350 00000000",
            packet: ControlPacket(
                state: .initializing, detectMultiplier: 3, myDiscriminator: 0xF0D2_3BAF, yourDiscriminator: 0xE764_81D1,
                desiredMinTxInterval: .seconds(1), requiredMinRxInterval: .milliseconds(50))),
        Golden(
            what: "FRR, Up, polling for its 70 ms",
            hex: "20 e0 04 18  fbfd4ea5 7ff8c6f9  00011170 0000ea60 0000c350",
            packet: ControlPacket(
                state: .up, detectMultiplier: 4, myDiscriminator: 0xFBFD_4EA5, yourDiscriminator: 0x7FF8_C6F9,
                desiredMinTxInterval: .milliseconds(70), requiredMinRxInterval: .milliseconds(60),
                requiredMinEchoRxInterval: .milliseconds(50), isPoll: true)),
        Golden(
            what: "BIRD, Up, answering a poll",
            hex: "20 d0 03 18  7ff8c6f9 fbfd4ea5  0000c350 0000c350 00000000",
            packet: ControlPacket(
                state: .up, detectMultiplier: 3, myDiscriminator: 0x7FF8_C6F9, yourDiscriminator: 0xFBFD_4EA5,
                desiredMinTxInterval: .milliseconds(50), requiredMinRxInterval: .milliseconds(50), isFinal: true)),
        Golden(
            what: "FRR, Down, detection time expired",
            hex: "21 40 03 18  e76481d1 00000000  00011170 0000ea60 0000c350",
            packet: ControlPacket(
                state: .down, diagnostic: .controlDetectionTimeExpired, detectMultiplier: 3,
                myDiscriminator: 0xE764_81D1, desiredMinTxInterval: .milliseconds(70),
                requiredMinRxInterval: .milliseconds(60), requiredMinEchoRxInterval: .milliseconds(50))),
    ]

    /// Of multipoint sessions no other implementation was at hand; these follow RFC 5880 §4.1 and RFC 8562 §5.13.3 by
    /// hand, and were shown to tshark.
    static let byHand: [Golden] = [
        Golden(
            what: "a head, Up, at 50 ms",
            hex: "20 c3 05 18  8562 0001 00000000  0000c350 00000000 00000000",
            packet: ControlPacket(
                state: .up, detectMultiplier: 5, myDiscriminator: 0x8562_0001, desiredMinTxInterval: .milliseconds(50),
                isDemand: true, isMultipoint: true)),
        Golden(
            what: "a head, telling that its interval changed",
            hex: "20 e3 05 18  8562 0001 00000000  0000ea60 00000000 00000000",
            packet: ControlPacket(
                state: .up, detectMultiplier: 5, myDiscriminator: 0x8562_0001, desiredMinTxInterval: .milliseconds(60),
                isPoll: true, isDemand: true, isMultipoint: true)),
        Golden(
            what: "a head that leaves",
            hex: "27 03 05 18  8562 0001 00000000  0000c350 00000000 00000000",
            packet: ControlPacket(
                state: .adminDown, diagnostic: .administrativelyDown, detectMultiplier: 5, myDiscriminator: 0x8562_0001,
                desiredMinTxInterval: .milliseconds(50), isDemand: true, isMultipoint: true)),
        Golden(
            what: "every field at its largest",
            hex: "3f fb ff 18  ffffffff ffffffff  ffffffff ffffffff ffffffff",
            packet: ControlPacket(
                state: .up, diagnostic: Diagnostic(rawValue: 31) ?? .none, detectMultiplier: 255,
                myDiscriminator: .max, yourDiscriminator: .max, desiredMinTxInterval: .microseconds(4_294_967_295),
                requiredMinRxInterval: .microseconds(4_294_967_295),
                requiredMinEchoRxInterval: .microseconds(4_294_967_295), isPoll: true, isFinal: true,
                isControlPlaneIndependent: true, isDemand: true, isMultipoint: true)),
    ]

    @Test(
        "Captured and hand-made packets decode to what they say, and encode to the same octets",
        arguments: captured + byHand)
    func golden(_ row: Golden) throws {
        #expect(try ControlPacket(hex: row.hex) == row.packet)
        #expect(row.packet.encoded == octets(row.hex))
    }

    struct Authenticated: Sendable, CustomTestStringConvertible {
        let what: String
        let hex: String
        let section: AuthenticationSection
        var testDescription: String { what }
    }

    /// From BIRD 2.0.12 with the password "martlet" and key 7.
    static let authenticated: [Authenticated] = [
        Authenticated(
            what: "simple password",
            hex: "20440522 87c94bbf 00000000 000f4240 00002710 00000000  010a07 6d6172746c6574",
            section: .simplePassword(keyID: 7, password: Array("martlet".utf8))),
        Authenticated(
            what: "keyed MD5",
            hex:
                "20440530 9388376f 00000000 000f4240 00002710 00000000  02180700 50a04704 8a76f2783218252acd892bae0d73597e",
            section: .keyed(
                .keyedMD5, keyID: 7, sequenceNumber: 0x50A0_4704, digest: octets("8a76f2783218252acd892bae0d73597e"))),
        Authenticated(
            what: "meticulous keyed MD5",
            hex:
                "20440530 65478507 00000000 000f4240 00002710 00000000  03180700 62db38b2 1f17a91d7ae08dad7f3ccd04222e3b75",
            section: .keyed(
                .meticulousKeyedMD5, keyID: 7, sequenceNumber: 0x62DB_38B2,
                digest: octets("1f17a91d7ae08dad7f3ccd04222e3b75"))),
        Authenticated(
            what: "keyed SHA-1",
            hex: "20440534 f2798c16 00000000 000f4240 00002710 00000000  041c0700 e13e1515"
                + "a17432ac273370d44c76de0353095d65402cdc87",
            section: .keyed(
                .keyedSHA1, keyID: 7, sequenceNumber: 0xE13E_1515,
                digest: octets("a17432ac273370d44c76de0353095d65402cdc87"))),
        Authenticated(
            what: "meticulous keyed SHA-1",
            hex: "20440534 c5a280ce 00000000 000f4240 00002710 00000000  051c0700 62a26742"
                + "c02cf734234470d78be2bc217e3ad3da5e40e81f",
            section: .keyed(
                .meticulousKeyedSHA1, keyID: 7, sequenceNumber: 0x62A2_6742,
                digest: octets("c02cf734234470d78be2bc217e3ad3da5e40e81f"))),
        Authenticated(
            what: "a type nobody defined",
            hex: "2044051d 00000001 00000000 000f4240 00002710 00000000  c805 010203",
            section: .unknown(type: 200, data: [1, 2, 3])),
    ]

    @Test("Authentication sections keep every octet", arguments: authenticated)
    func authentication(_ row: Authenticated) throws {
        let packet = try ControlPacket(hex: row.hex)
        #expect(packet.authentication == row.section)
        #expect(packet.encoded == octets(row.hex))
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        let what: String
        let hex: String
        let reason: DropReason
        var testDescription: String { what }
    }

    /// RFC 5880 §6.8.6, in its order, and §4.2 to §4.4.
    static let malformed: [Malformed] = [
        Malformed(what: "nothing", hex: "", reason: .truncated),
        Malformed(
            what: "23 octets", hex: "20400318 7ff8c6f9 00000000 000f4240 0000c350 000000", reason: .truncated),
        Malformed(
            what: "version 0", hex: "00400318 7ff8c6f9 00000000 000f4240 0000c350 00000000",
            reason: .unsupportedVersion),
        Malformed(
            what: "version 2", hex: "40400318 7ff8c6f9 00000000 000f4240 0000c350 00000000",
            reason: .unsupportedVersion),
        Malformed(
            what: "Length 23", hex: "20400317 7ff8c6f9 00000000 000f4240 0000c350 00000000", reason: .lengthTooSmall),
        Malformed(
            what: "Length 0", hex: "20400300 7ff8c6f9 00000000 000f4240 0000c350 00000000", reason: .lengthTooSmall),
        Malformed(
            what: "Length 25 with the A bit", hex: "20440319 7ff8c6f9 00000000 000f4240 0000c350 00000000 0100",
            reason: .lengthTooSmall),
        Malformed(
            what: "Length 25 of 24 octets", hex: "20400319 7ff8c6f9 00000000 000f4240 0000c350 00000000",
            reason: .lengthBeyondPayload),
        Malformed(
            what: "Length 255 of 24 octets", hex: "204003ff 7ff8c6f9 00000000 000f4240 0000c350 00000000",
            reason: .lengthBeyondPayload),
        Malformed(
            what: "Detect Mult 0", hex: "20400018 7ff8c6f9 00000000 000f4240 0000c350 00000000",
            reason: .detectMultiplierZero),
        Malformed(
            what: "My Discriminator 0", hex: "20400318 00000000 00000000 000f4240 0000c350 00000000",
            reason: .myDiscriminatorZero),
        Malformed(
            what: "a section longer than the packet",
            hex: "2044031b 7ff8c6f9 00000000 000f4240 0000c350 00000000 010407", reason: .authenticationMalformed),
        Malformed(
            what: "a section shorter than the packet",
            hex: "2044031d 7ff8c6f9 00000000 000f4240 0000c350 00000000 0104076d00", reason: .authenticationMalformed),
        Malformed(
            what: "Auth Len 1", hex: "2044031a 7ff8c6f9 00000000 000f4240 0000c350 00000000 0101",
            reason: .authenticationMalformed),
        Malformed(
            what: "an empty password", hex: "2044031b 7ff8c6f9 00000000 000f4240 0000c350 00000000 010307",
            reason: .authenticationMalformed),
        Malformed(
            what: "a password of 17 octets",
            hex: "2044032c 7ff8c6f9 00000000 000f4240 0000c350 00000000 011407" + String(repeating: "6d", count: 17),
            reason: .authenticationMalformed),
        Malformed(
            what: "MD5 with the length of SHA-1",
            hex: "20440334 7ff8c6f9 00000000 000f4240 0000c350 00000000 021c0700 00000001"
                + String(repeating: "00", count: 20),
            reason: .authenticationMalformed),
        Malformed(
            what: "SHA-1 with the length of MD5",
            hex: "20440330 7ff8c6f9 00000000 000f4240 0000c350 00000000 04180700 00000001"
                + String(repeating: "00", count: 16),
            reason: .authenticationMalformed),
    ]

    @Test("A malformed packet is dropped for its own reason", arguments: malformed)
    func dropped(_ row: Malformed) {
        #expect(throws: row.reason) { try ControlPacket(hex: row.hex) }
    }

    @Test("Octets beyond Length are ignored")
    func trailing() throws {
        let row = ControlPacketTests.captured[0]
        #expect(try ControlPacket(hex: row.hex + "deadbeef") == row.packet)
    }

    @Test("Every prefix of a packet is too short")
    func prefixes() {
        let whole = ControlPacketTests.captured[3].packet.encoded
        for count in 0..<whole.count {
            #expect(throws: DropReason.truncated) { try ControlPacket(octets: Array(whole[..<count])) }
        }
    }

    @Test("Intervals are cut to what 32 bits of microseconds hold")
    func clamped() throws {
        let packet = ControlPacket(
            state: .up, detectMultiplier: 1, myDiscriminator: 1, desiredMinTxInterval: .seconds(100_000),
            requiredMinRxInterval: .nanoseconds(1999))
        let decoded = try ControlPacket(octets: packet.encoded)
        #expect(decoded.desiredMinTxInterval == .microseconds(4_294_967_295))
        #expect(decoded.requiredMinRxInterval == .microseconds(1))
    }

    @Test("Any octets either decode and encode to themselves, or have a reason", arguments: [UInt64(1), 2, 3])
    func fuzz(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var decoded = 0
        for _ in 0..<20_000 {
            var bytes = octets(ControlPacketTests.captured[0].hex)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0:
                bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                    .random(in: 0...255, using: &generator)
                }
            case 1:
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
            default:
                // A well-formed head with a random authentication section.
                let section = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                    UInt8.random(in: 0...30, using: &generator)
                }
                bytes[1] |= 4
                bytes[3] = UInt8(24 + section.count)
                bytes += section
            }
            do throws(DropReason) {
                let packet = try ControlPacket(octets: bytes)
                decoded += 1
                let again = try ControlPacket(octets: packet.encoded)
                #expect(again == packet, "seed \(seed): \(bytes)")
            } catch { #expect(DropReason.allCases.contains(error)) }
        }
        #expect(decoded > 1000, "seed \(seed)")
    }
}
