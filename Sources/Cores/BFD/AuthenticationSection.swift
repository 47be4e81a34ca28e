import WireCodec

/// The authentication section of a control packet, as values: RFC 5880 §4.2 to §4.4. Nothing is verified here.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |   Auth Type   |   Auth Len    |  Auth Key ID  |   Reserved    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                        Sequence Number                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                   Digest: 16 or 20 octets                     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package enum AuthenticationSection: Hashable, Sendable {
    /// Type 1: a password of 1 to 16 octets, in the open.
    case simplePassword(keyID: UInt8, password: [UInt8])
    /// Types 2 (keyed MD5) to 5 (meticulous keyed SHA-1).
    case keyed(Algorithm, keyID: UInt8, sequenceNumber: UInt32, digest: [UInt8])
    /// A type that RFC 5880 does not define, with what follows its length.
    case unknown(type: UInt8, data: [UInt8])

    /// The keyed algorithms; the raw value is the Auth Type.
    package enum Algorithm: UInt8, Hashable, Sendable, CaseIterable {
        case keyedMD5 = 2
        case meticulousKeyedMD5 = 3
        case keyedSHA1 = 4
        case meticulousKeyedSHA1 = 5

        /// The length of the digest in octets.
        package var digestLength: Int {
            switch self {
            case .keyedMD5, .meticulousKeyedMD5: 16
            case .keyedSHA1, .meticulousKeyedSHA1: 20
            }
        }

        /// RFC 5880 §6.7.3: whether the sequence number grows with every packet.
        package var isMeticulous: Bool { self == .meticulousKeyedMD5 || self == .meticulousKeyedSHA1 }
    }

    /// The length of the section in octets.
    package var length: Int {
        switch self {
        case .simplePassword(_, let password): 3 + password.count
        case .keyed(_, _, _, let digest): 8 + digest.count
        case .unknown(_, let data): 2 + data.count
        }
    }

    /// Reads the section, which ends where the packet's Length ends.
    init(decoding reader: inout ByteReader) throws(DropReason) {
        do {
            let type: UInt8 = try reader.read()
            let length = Int(try reader.read(UInt8.self))
            guard length >= 2 else { throw DropReason.authenticationMalformed }
            var body = try reader.read(count: length - 2)
            if type == 1 {
                // RFC 5880 §4.2: the password has from 1 to 16 octets.
                guard (4...19).contains(length) else { throw DropReason.authenticationMalformed }
                self = .simplePassword(keyID: try body.read(), password: body.readRest())
            } else if let algorithm = Algorithm(rawValue: type) {
                // RFC 5880 §4.3 and §4.4: 24 octets with MD5, 28 with SHA-1; Reserved is ignored on receipt.
                guard length == 8 + algorithm.digestLength else { throw DropReason.authenticationMalformed }
                let keyID: UInt8 = try body.read()
                try body.skip(count: 1)
                self = .keyed(algorithm, keyID: keyID, sequenceNumber: try body.read(), digest: body.readRest())
            } else {
                self = .unknown(type: type, data: body.readRest())
            }
            try reader.expectEnd()
        } catch { throw .authenticationMalformed }
    }

    /// Writes the section.
    ///
    /// - Precondition: ``length`` fits one octet, as it does for every section that was decoded.
    func encode(into writer: inout ByteWriter) {
        precondition(length <= 255, "an authentication section of \(length) octets does not fit")
        switch self {
        case .simplePassword(let keyID, let password):
            writer.write(UInt8(1))
            writer.write(UInt8(length))
            writer.write(keyID)
            writer.write(bytes: password)
        case .keyed(let algorithm, let keyID, let sequenceNumber, let digest):
            writer.write(algorithm.rawValue)
            writer.write(UInt8(length))
            writer.write(keyID)
            writer.write(UInt8(0))
            writer.write(sequenceNumber)
            writer.write(bytes: digest)
        case .unknown(let type, let data):
            writer.write(type)
            writer.write(UInt8(length))
            writer.write(bytes: data)
        }
    }
}
