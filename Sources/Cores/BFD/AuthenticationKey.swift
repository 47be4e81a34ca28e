import Crypto
import FoundationEssentials
import WireCodec

/// The secret that two systems share, and how packets are signed with it: RFC 5880 §6.7.4, keyed SHA-1.
///
/// It signs and checks single packets. What keeps an old packet from being sent again is ``PacketSigner``'s and
/// ``PacketVerifier``'s part.
package struct AuthenticationKey: Hashable, Sendable {
    /// Keyed SHA-1, or meticulous keyed SHA-1.
    package let isMeticulous: Bool
    /// Which key it is, where a system has several.
    package let keyID: UInt8
    /// Padded to the length of the digest.
    private let secret: [UInt8]

    /// RFC 5880 §4.4: a key has from 1 to 20 octets.
    package static let secretLengths = 1...20

    /// `nil` if the secret's length is not one of ``secretLengths``.
    package init?(keyID: UInt8, secret: some Collection<UInt8>, isMeticulous: Bool = true) {
        guard AuthenticationKey.secretLengths.contains(secret.count) else { return nil }
        self.isMeticulous = isMeticulous
        self.keyID = keyID
        // RFC 5880 §4.4: padded with zeros.
        self.secret =
            Array(secret) + Array(repeating: 0, count: AuthenticationKey.secretLengths.upperBound - secret.count)
    }

    var algorithm: AuthenticationSection.Algorithm { isMeticulous ? .meticulousKeyedSHA1 : .keyedSHA1 }

    /// The packet with its authentication section.
    package func sign(_ packet: ControlPacket, sequenceNumber: UInt32) -> ControlPacket {
        var signed = packet
        signed.authentication = section(
            sequenceNumber, digest: Array(digest(of: packet, sequenceNumber: sequenceNumber)))
        return signed
    }

    /// Whether the packet was signed with this key; compared in constant time.
    package func hasSigned(_ packet: ControlPacket) -> Bool {
        guard case .keyed(algorithm, keyID, let sequenceNumber, let received) = packet.authentication else {
            return false
        }
        return digest(of: packet, sequenceNumber: sequenceNumber) == received
    }

    /// RFC 5880 §6.7.4: over the whole packet, with the key where the digest will be. Reserved octets are zero, as §4.4
    /// asks of every sender.
    private func digest(of packet: ControlPacket, sequenceNumber: UInt32) -> Insecure.SHA1.Digest {
        var unsigned = packet
        unsigned.authentication = section(sequenceNumber, digest: secret)
        var writer = ByteWriter(reserving: 64)
        unsigned.encode(into: &writer)
        return Insecure.SHA1.hash(data: writer.bytes)
    }

    private func section(_ sequenceNumber: UInt32, digest: [UInt8]) -> AuthenticationSection {
        .keyed(algorithm, keyID: keyID, sequenceNumber: sequenceNumber, digest: digest)
    }
}

extension AuthenticationKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key \(keyID), \(isMeticulous ? "meticulous " : "")keyed SHA-1, redacted" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
