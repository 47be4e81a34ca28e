import WireCodec

/// A ROUTE-REFRESH, RFC 2918 §3, with the subtype of RFC 7313 §3.2 in what was the reserved octet.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |              AFI              |    Subtype    |     SAFI      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package struct RouteRefreshMessage: Hashable, Sendable {
    package struct Subtype: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// RFC 2918: send everything again.
        package static let request = Subtype(rawValue: 0)
        /// RFC 7313 §3.2 (BoRR): everything is about to be sent again.
        package static let beginning = Subtype(rawValue: 1)
        /// RFC 7313 §3.2 (EoRR): everything was sent again.
        package static let end = Subtype(rawValue: 2)
    }

    package let family: RouteFamily
    package let subtype: Subtype

    package init(family: RouteFamily, subtype: Subtype = .request) {
        self.family = family
        self.subtype = subtype
    }

    /// Decodes a whole message, header included.
    ///
    /// - Parameter isEnhanced: whether enhanced route refresh was agreed.
    package init(decoding message: Span<UInt8>, isEnhanced: Bool) throws(MessageError) {
        var reader = ByteReader(message)
        do throws(DecodeError) {
            try reader.skip(count: Header.length)
            let afi = AFI(rawValue: try reader.read())
            subtype = Subtype(rawValue: try reader.read())
            family = RouteFamily(afi: afi, safi: SAFI(rawValue: try reader.read()))
            // RFC 5291 §4: only a request may carry filter entries. We never offer to take any, and skip them.
            // RFC 7313 §5: the two markers have a length; messages of subtypes that are not known are ignored.
            if subtype == .beginning || subtype == .end { try reader.expectEnd() }
        } catch {
            let reason = "ROUTE-REFRESH \(error)"
            guard isEnhanced else {
                let length = UInt16(clamping: message.count)
                throw MessageError(
                    .messageHeaderError, ErrorSubcode.MessageHeader.badMessageLength,
                    data: [UInt8(length >> 8), UInt8(truncatingIfNeeded: length)], reason: reason)
            }
            // RFC 7313 §5: the data is the whole message.
            var whole = ByteReader(message)
            throw MessageError(
                .routeRefreshMessageError, ErrorSubcode.RouteRefresh.invalidMessageLength, data: whole.readRest(),
                reason: reason)
        }
    }

    package func encode(into writer: inout ByteWriter) {
        do throws(LengthOverflow) {
            try writer.writeMessage(.routeRefresh) { writer in
                writer.write(family.afi.rawValue)
                writer.write(subtype.rawValue)
                writer.write(family.safi.rawValue)
            }
        } catch { preconditionFailure("23 octets do not fit a message: \(error)") }
    }
}
