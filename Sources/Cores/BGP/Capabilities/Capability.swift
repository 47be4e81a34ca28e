import WireCodec

/// What a speaker can do, said in its OPEN: RFC 5492 §4.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Code      |    Length     |    Value …    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package enum Capability: Hashable, Sendable {
    /// RFC 4760 §8.
    case multiprotocol(RouteFamily)
    /// RFC 2918 §2.
    case routeRefresh
    /// RFC 8950 §4.
    case extendedNextHop([ExtendedNextHop])
    /// RFC 8654 §3.
    case extendedMessage
    /// RFC 4724 §3, RFC 8538 §2.
    case gracefulRestart(GracefulRestart)
    /// RFC 6793 §3.
    case fourOctetASN(ASN)
    /// RFC 7313 §3.1.
    case enhancedRouteRefresh
    /// A capability that we do not know. RFC 5492 §3: it is ignored.
    case unknown(CapabilityCode, [UInt8])

    /// Routes of a family whose next hops may be addresses of another: RFC 8950 §4.
    package struct ExtendedNextHop: Hashable, Sendable {
        package let family: RouteFamily
        package let nextHop: AFI

        package init(family: RouteFamily, nextHop: AFI) {
            self.family = family
            self.nextHop = nextHop
        }
    }

    package var code: CapabilityCode {
        switch self {
        case .multiprotocol: .multiprotocol
        case .routeRefresh: .routeRefresh
        case .extendedNextHop: .extendedNextHop
        case .extendedMessage: .extendedMessage
        case .gracefulRestart: .gracefulRestart
        case .fourOctetASN: .fourOctetASN
        case .enhancedRouteRefresh: .enhancedRouteRefresh
        case .unknown(let code, _): code
        }
    }

    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader) throws(DecodeError) {
        let code = CapabilityCode(rawValue: try reader.read())
        let length: UInt8 = try reader.read()
        var value = try reader.read(count: Int(length))
        switch code {
        case .multiprotocol:
            let afi = AFI(rawValue: try value.read())
            // RFC 4760 §8: a reserved octet, to be ignored.
            try value.skip(count: 1)
            self = .multiprotocol(RouteFamily(afi: afi, safi: SAFI(rawValue: try value.read())))
        case .routeRefresh: self = .routeRefresh
        case .extendedNextHop:
            var entries: [ExtendedNextHop] = []
            while !value.isAtEnd {
                let afi = AFI(rawValue: try value.read())
                // RFC 8950 §4: the SAFI has two octets here.
                let safi: UInt16 = try value.read()
                let nextHop = AFI(rawValue: try value.read())
                guard let safi = UInt8(exactly: safi) else { continue }
                entries.append(
                    ExtendedNextHop(family: RouteFamily(afi: afi, safi: SAFI(rawValue: safi)), nextHop: nextHop))
            }
            self = .extendedNextHop(entries)
        case .extendedMessage: self = .extendedMessage
        case .gracefulRestart: self = .gracefulRestart(try GracefulRestart(decoding: &value))
        case .fourOctetASN: self = .fourOctetASN(ASN(try value.read()))
        case .enhancedRouteRefresh: self = .enhancedRouteRefresh
        default: self = .unknown(code, value.readRest())
        }
        try value.expectEnd()
    }

    package func encode(into writer: inout ByteWriter) throws(LengthOverflow) {
        writer.write(code.rawValue)
        try writer.writeLengthPrefixed(as: UInt8.self) { writer in
            switch self {
            case .multiprotocol(let family):
                writer.write(family.afi.rawValue)
                writer.write(UInt8.zero)
                writer.write(family.safi.rawValue)
            case .routeRefresh, .extendedMessage, .enhancedRouteRefresh: break
            case .extendedNextHop(let entries):
                for entry in entries {
                    writer.write(entry.family.afi.rawValue)
                    writer.write(UInt16(entry.family.safi.rawValue))
                    writer.write(entry.nextHop.rawValue)
                }
            case .gracefulRestart(let restart): restart.encode(into: &writer)
            case .fourOctetASN(let asn): writer.write(asn.rawValue)
            case .unknown(_, let value): writer.write(bytes: value)
            }
        }
    }
}
