import BFD
import TestSupport
import Testing
import Timing
import WireCodec

@Suite("Authentication by keyed SHA-1")
struct AuthenticationTests {
    static let secret = Array("correct horse".utf8)

    static func key(
        _ keyID: UInt8 = 7, _ secret: [UInt8] = secret, isMeticulous: Bool = true
    ) throws -> AuthenticationKey {
        try #require(AuthenticationKey(keyID: keyID, secret: secret, isMeticulous: isMeticulous))
    }

    static let packet = ControlPacket(
        state: .up, detectMultiplier: 3, myDiscriminator: 0x0102_0304, yourDiscriminator: 0x0A0B_0C0D,
        desiredMinTxInterval: .milliseconds(300), requiredMinRxInterval: .milliseconds(300))

    struct Golden: Sendable, CustomTestStringConvertible {
        let isMeticulous: Bool
        let hex: String
        var testDescription: String { isMeticulous ? "meticulous" : "keyed" }
    }

    // Computed with another implementation of SHA-1.
    static let golden = [
        Golden(
            isMeticulous: true,
            hex:
                "20c40334 01020304 0a0b0c0d 000493e0 000493e0 00000000 051c0700 fffffffe c6251ec9ac7e9592564bf6acfcb3eeaaca94e02c"
        ),
        Golden(
            isMeticulous: false,
            hex:
                "20c40334 01020304 0a0b0c0d 000493e0 000493e0 00000000 041c0700 fffffffe 4968d8a4b5afac906e644ef6fd1666f1082a319a"
        ),
    ]

    @Test("A signed packet is, octet by octet, what another implementation makes", arguments: golden)
    func goldenBytes(_ row: Golden) throws {
        let key = try AuthenticationTests.key(isMeticulous: row.isMeticulous)
        let signed = key.sign(AuthenticationTests.packet, sequenceNumber: 0xFFFF_FFFE)
        var writer = ByteWriter()
        signed.encode(into: &writer)
        let expected = row.hex.split(separator: " ").joined()
        #expect(writer.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == expected)
        var reader = ByteReader(writer.bytes.span)
        let decoded = try ControlPacket(decoding: &reader)
        #expect(key.hasSigned(decoded))
    }

    @Test("Secrets of 1 to 20 octets are taken, and none is printed") func secrets() throws {
        #expect(AuthenticationKey(keyID: 1, secret: []) == nil)
        #expect(AuthenticationKey(keyID: 1, secret: [UInt8](repeating: 1, count: 21)) == nil)
        #expect(AuthenticationKey(keyID: 1, secret: [UInt8](repeating: 1, count: 20)) != nil)
        let key = try AuthenticationTests.key()
        var text = ""
        dump(key, to: &text)
        #expect(!"\(key) \(String(reflecting: key)) \(text)".contains("111, 114"))
        #expect(!"\(key) \(String(reflecting: key)) \(text)".contains("correct"))
    }

    @Test("Any octet that differs, of the packet or of the digest, is noticed") func tampering() throws {
        let key = try AuthenticationTests.key()
        var writer = ByteWriter()
        key.sign(AuthenticationTests.packet, sequenceNumber: 5).encode(into: &writer)
        for index in writer.bytes.indices {
            for bit in 0..<8 {
                var octets = writer.bytes
                octets[index] ^= 1 << UInt8(bit)
                var reader = ByteReader(octets.span)
                guard let decoded = try? ControlPacket(decoding: &reader) else { continue }
                // The reserved octet is ignored, and counted as the zero that it has to be.
                #expect(key.hasSigned(decoded) == (index == 27), "octet \(index), bit \(bit)")
            }
        }
    }

    @Test("What is not right has its reason, and changes nothing") func reasons() throws {
        let key = try AuthenticationTests.key()
        let packet = AuthenticationTests.packet
        var forged = key.sign(packet, sequenceNumber: 101)
        forged.diagnostic = .pathDown
        let rows: [(ControlPacket, DropReason?)] = [
            (packet, .authenticationMissing),
            (
                try AuthenticationTests.key(isMeticulous: false).sign(packet, sequenceNumber: 101),
                .authenticationTypeWrong
            ),
            (try AuthenticationTests.key(8).sign(packet, sequenceNumber: 101), .authenticationKeyUnknown),
            (try AuthenticationTests.key(7, [1]).sign(packet, sequenceNumber: 101), .authenticationDigest),
            (forged, .authenticationDigest),
            (key.sign(packet, sequenceNumber: 100), .authenticationSequence),
            (key.sign(packet, sequenceNumber: 99), .authenticationSequence),
            (key.sign(packet, sequenceNumber: 110), .authenticationSequence),
            (key.sign(packet, sequenceNumber: 109), nil),
            (key.sign(packet, sequenceNumber: 101), .authenticationSequence),
        ]
        var verifier = PacketVerifier(key)
        let first = verifier.reasonToDrop(
            key.sign(packet, sequenceNumber: 100), detectionTime: .seconds(1), at: .zero)
        #expect(first == nil)
        for (index, row) in rows.enumerated() {
            let reason = verifier.reasonToDrop(row.0, detectionTime: .seconds(1), at: .zero)
            #expect(reason == row.1, "row \(index)")
        }
    }

    @Test("Sequence numbers go around zero") func wrapping() throws {
        let key = try AuthenticationTests.key()
        var verifier = PacketVerifier(key)
        for number in [UInt32.max - 1, .max, 0, 1, 9] {
            let packet = key.sign(AuthenticationTests.packet, sequenceNumber: number)
            let reason = verifier.reasonToDrop(packet, detectionTime: .seconds(1), at: .zero)
            #expect(reason == nil, "\(number)")
        }
    }

    @Test("Keyed packets may repeat a number, and after twice the detection time any number is taken")
    func forgetting() throws {
        let key = try AuthenticationTests.key(isMeticulous: false)
        var verifier = PacketVerifier(key)
        func check(_ number: UInt32, at milliseconds: Int) -> DropReason? {
            verifier.reasonToDrop(
                key.sign(AuthenticationTests.packet, sequenceNumber: number), detectionTime: .milliseconds(900),
                at: Instant.zero.advanced(by: .milliseconds(milliseconds)))
        }
        #expect(check(100, at: 0) == nil)
        #expect(check(100, at: 1) == nil)
        #expect(check(99, at: 1800) == .authenticationSequence)
        #expect(check(5, at: 1801) == nil)
    }

    @Test("A meticulous signer counts every packet, the other one only what differs") func counting() throws {
        var other = AuthenticationTests.packet
        other.isPoll = true
        for (isMeticulous, expected) in [(true, [9, 10, 11] as [UInt32]), (false, [9, 9, 10])] {
            var signer = PacketSigner(try AuthenticationTests.key(isMeticulous: isMeticulous), sequenceNumber: 9)
            var numbers: [UInt32] = []
            for packet in [AuthenticationTests.packet, AuthenticationTests.packet, other] {
                guard case .keyed(_, _, let number, _) = signer.sign(packet).authentication else { continue }
                numbers.append(number)
            }
            #expect(numbers == expected)
        }
    }
}
