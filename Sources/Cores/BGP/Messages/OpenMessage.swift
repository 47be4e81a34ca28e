import WireCodec

/// An OPEN, RFC 4271 §4.2.
///
///     +-+-+-+-+-+-+-+-+
///     |    Version    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     My autonomous system      |      AS_TRANS if it does not fit; then the capability has it
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |           Hold time           |      seconds
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                         BGP identifier                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     | Opt. length   |   Optional parameters (variable)              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package struct OpenMessage: Hashable, Sendable {
    /// RFC 4271 §4.2.
    package static let version: UInt8 = 4

    /// The two-octet field. ``asn`` is the number that counts.
    package let twoOctetASN: UInt16
    /// In seconds, as it travels.
    package let holdTime: UInt16
    package let identifier: BGPIdentifier
    package let capabilities: [Capability]

    package init(asn: ASN, holdTime: UInt16, identifier: BGPIdentifier, capabilities: [Capability]) {
        twoOctetASN = asn.twoOctets
        self.holdTime = holdTime
        self.identifier = identifier
        self.capabilities = capabilities
    }

    /// RFC 6793 §4.1: the number in the capability, where there is one.
    package var asn: ASN { fourOctetASN ?? ASN(UInt32(twoOctetASN)) }

    /// The number in the capability, if the peer has that.
    package var fourOctetASN: ASN? {
        for case .fourOctetASN(let asn) in capabilities { return asn }
        return nil
    }

    /// Decodes what follows the header, and makes those checks that need no configuration.
    package init(decoding body: Span<UInt8>) throws(MessageError) {
        var reader = ByteReader(body)
        let version: UInt8
        do throws(DecodeError) {
            version = try reader.read()
            twoOctetASN = try reader.read()
            holdTime = try reader.read()
            identifier = BGPIdentifier(rawValue: try reader.read())
        } catch { throw OpenMessage.malformed("\(error)") }
        guard version == OpenMessage.version else {
            // RFC 4271 §6.2: the data is two octets, the largest version that we support.
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.unsupportedVersionNumber, data: [0, OpenMessage.version],
                reason: "version \(version), but only 4 is supported")
        }
        capabilities = try OpenMessage.readOptionalParameters(&reader)
        // RFC 4271 §6.2 and RFC 6793 §4.1: number zero (RFC 7607) is reserved.
        guard asn.rawValue != 0 else {
            throw MessageError(.openMessageError, ErrorSubcode.OpenMessage.badPeerAS, reason: "AS 0 (RFC 7607)")
        }
        // RFC 4271 §6.2: one and two seconds are refused.
        guard holdTime == 0 || holdTime >= 3 else {
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.unacceptableHoldTime, reason: "hold time of \(holdTime) s")
        }
        // RFC 6286 §2.1: not zero.
        guard identifier.rawValue != 0 else {
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.badBGPIdentifier, reason: "identifier 0.0.0.0")
        }
    }

    @_lifetime(reader: copy reader)
    private static func readOptionalParameters(_ reader: inout ByteReader) throws(MessageError) -> [Capability] {
        var capabilities: [Capability] = []
        var unknown: (type: UInt8, offset: Int)?
        do throws(DecodeError) {
            let shortLength: UInt8 = try reader.read()
            var length = Int(shortLength)
            var isExtended = false
            if length > 0, reader.remaining > 0 {
                var ahead = reader
                // RFC 9072 §2: a first parameter of type 255 says that lengths have two octets. The length field before
                // it is then of no meaning, as long as it is not zero.
                if try ahead.read(UInt8.self) == OptionalParameterType.extendedLength {
                    length = Int(try ahead.read(UInt16.self))
                    reader = ahead
                    isExtended = true
                }
            }
            guard reader.remaining == length else {
                throw reader.invalid("\(length) octets of optional parameters declared, \(reader.remaining) present")
            }
            while !reader.isAtEnd {
                let offset = reader.position
                let type: UInt8 = try reader.read()
                let count = isExtended ? Int(try reader.read(UInt16.self)) : Int(try reader.read(UInt8.self))
                var parameter = try reader.read(count: count)
                guard type == OptionalParameterType.capabilities else {
                    unknown = unknown ?? (type, offset)
                    continue
                }
                // RFC 5492 §4: several capabilities in one parameter, several parameters, or both.
                while !parameter.isAtEnd { capabilities.append(try Capability(decoding: &parameter)) }
            }
        } catch {
            // RFC 4271 §6.2: recognized but malformed.
            throw malformed("\(error)")
        }
        if let unknown {
            // RFC 4271 §6.2: parameters that are not recognized are refused.
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.unsupportedOptionalParameter,
                reason: "optional parameter of type \(unknown.type) at octet \(unknown.offset)")
        }
        return capabilities
    }

    private static func malformed(_ reason: String) -> MessageError {
        MessageError(.openMessageError, ErrorSubcode.unspecific, reason: "OPEN \(reason)")
    }

    /// - Throws: if the capabilities are too many for a message.
    package func encode(into writer: inout ByteWriter) throws(LengthOverflow) {
        var parameters = ByteWriter()
        for capability in capabilities { try capability.encode(into: &parameters) }
        try writer.writeMessage(.open) { (writer) throws(LengthOverflow) in
            writer.write(OpenMessage.version)
            writer.write(twoOctetASN)
            writer.write(holdTime)
            writer.write(identifier.rawValue)
            if parameters.count == 0 {
                writer.write(UInt8.zero)
            } else if parameters.count + 2 <= Int(UInt8.max) {
                // RFC 5492 §4: one parameter for all capabilities.
                writer.write(UInt8(parameters.count + 2))
                writer.write(OptionalParameterType.capabilities)
                writer.write(UInt8(parameters.count))
                writer.write(bytes: parameters.bytes)
            } else {
                // RFC 9072 §2: lengths of two octets.
                writer.write(UInt8.max)
                writer.write(OptionalParameterType.extendedLength)
                try writer.writeLengthPrefixed(as: UInt16.self) { (writer) throws(LengthOverflow) in
                    writer.write(OptionalParameterType.capabilities)
                    try writer.writeLengthPrefixed(as: UInt16.self) { $0.write(bytes: parameters.bytes) }
                }
            }
        }
    }
}
