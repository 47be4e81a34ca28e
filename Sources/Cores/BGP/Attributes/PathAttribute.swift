import Addresses
import WireCodec

/// A property of the routes in an UPDATE: RFC 4271 §4.3.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |    Flags      |     Type      | Length, 1 or 2 octets         |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |    Value …
package enum PathAttribute: Hashable, Sendable {
    case origin(Origin)
    case asPath(ASPath)
    case nextHop(IPv4Address)
    case multiExitDiscriminator(UInt32)
    case localPreference(UInt32)
    case atomicAggregate
    case aggregator(ASN, IPv4Address)
    case communities([Community])
    case originatorID(BGPIdentifier)
    case clusterList([UInt32])
    case mpReachNLRI(MPReachNLRI)
    case mpUnreachNLRI(AddressFamily, [IPPrefix])
    case extendedCommunities([ExtendedCommunity])
    case as4Path(ASPath)
    case as4Aggregator(ASN, IPv4Address)
    case largeCommunities([LargeCommunity])
    /// An attribute, or a family of routes, that we do not know.
    case unrecognized(AttributeType, AttributeFlags, [UInt8])

    package var type: AttributeType {
        switch self {
        case .origin: .origin
        case .asPath: .asPath
        case .nextHop: .nextHop
        case .multiExitDiscriminator: .multiExitDiscriminator
        case .localPreference: .localPreference
        case .atomicAggregate: .atomicAggregate
        case .aggregator: .aggregator
        case .communities: .communities
        case .originatorID: .originatorID
        case .clusterList: .clusterList
        case .mpReachNLRI: .mpReachNLRI
        case .mpUnreachNLRI: .mpUnreachNLRI
        case .extendedCommunities: .extendedCommunities
        case .as4Path: .as4Path
        case .as4Aggregator: .as4Aggregator
        case .largeCommunities: .largeCommunities
        case .unrecognized(let type, _, _): type
        }
    }

    /// Decodes the value of an attribute whose flags and length were read already.
    @_lifetime(value: copy value)
    init(
        decoding value: inout ByteReader, type: AttributeType, flags: AttributeFlags, fourOctetASN: Bool
    ) throws(DecodeError) {
        switch type {
        case .origin:
            let start = value.position
            let raw: UInt8 = try value.read()
            guard let origin = Origin(rawValue: raw) else { throw value.invalid("ORIGIN \(raw)", at: start) }
            self = .origin(origin)
        case .asPath: self = .asPath(try ASPath(decoding: &value, fourOctetASN: fourOctetASN))
        case .nextHop:
            let start = value.position
            let address = IPv4Address(rawValue: try value.read())
            // RFC 4271 §6.3: it must be the address of a host.
            guard address != .unspecified, !address.isMulticast, address != .broadcast else {
                throw value.invalid("NEXT_HOP \(address)", at: start)
            }
            self = .nextHop(address)
        case .multiExitDiscriminator: self = .multiExitDiscriminator(try value.read())
        case .localPreference: self = .localPreference(try value.read())
        case .atomicAggregate: self = .atomicAggregate
        case .aggregator:
            let asn = fourOctetASN ? ASN(try value.read()) : ASN(UInt32(try value.read(UInt16.self)))
            self = .aggregator(asn, IPv4Address(rawValue: try value.read()))
        case .communities:
            self = .communities(
                try PathAttribute.readList(&value) { (r) throws(DecodeError) in Community(rawValue: try r.read()) })
        case .originatorID: self = .originatorID(BGPIdentifier(rawValue: try value.read()))
        case .clusterList:
            self = .clusterList(try PathAttribute.readList(&value) { (r) throws(DecodeError) in try r.read() })
        case .mpReachNLRI:
            let start = value
            let afi = AFI(rawValue: try value.read())
            let route = RouteFamily(afi: afi, safi: SAFI(rawValue: try value.read()))
            if let family = route.unicast {
                self = .mpReachNLRI(try MPReachNLRI(decoding: &value, family: family))
            } else {
                value = start
                self = .unrecognized(type, flags, value.readRest())
            }
        case .mpUnreachNLRI:
            let start = value
            let afi = AFI(rawValue: try value.read())
            let route = RouteFamily(afi: afi, safi: SAFI(rawValue: try value.read()))
            if let family = route.unicast {
                self = .mpUnreachNLRI(family, try value.readPrefixes(of: family))
            } else {
                value = start
                self = .unrecognized(type, flags, value.readRest())
            }
        case .extendedCommunities:
            self = .extendedCommunities(
                try PathAttribute.readList(&value) { (r) throws(DecodeError) in
                    ExtendedCommunity(rawValue: try r.read())
                })
        case .as4Path: self = .as4Path(try ASPath(decoding: &value, fourOctetASN: true))
        case .as4Aggregator:
            self = .as4Aggregator(ASN(try value.read()), IPv4Address(rawValue: try value.read()))
        case .largeCommunities:
            self = .largeCommunities(
                try PathAttribute.readList(&value) { (r) throws(DecodeError) in
                    LargeCommunity(try r.read(), try r.read(), try r.read())
                })
        default: self = .unrecognized(type, flags, value.readRest())
        }
        try value.expectEnd()
    }

    /// RFC 7606 §7.8 and its like: a list has one element at least, and nothing after its last.
    @_lifetime(value: copy value)
    private static func readList<Element>(
        _ value: inout ByteReader, _ read: (inout ByteReader) throws(DecodeError) -> Element
    ) throws(DecodeError) -> [Element] {
        var list: [Element] = []
        repeat { list.append(try read(&value)) } while !value.isAtEnd
        return list
    }

    package func encode(into writer: inout ByteWriter, fourOctetASN: Bool) throws(LengthOverflow) {
        var value = ByteWriter()
        switch self {
        case .origin(let origin): value.write(origin.rawValue)
        case .asPath(let path): path.encode(into: &value, fourOctetASN: fourOctetASN)
        case .nextHop(let address): value.write(address.rawValue)
        case .multiExitDiscriminator(let number), .localPreference(let number): value.write(number)
        case .atomicAggregate: break
        case .aggregator(let asn, let address):
            if fourOctetASN { value.write(asn.rawValue) } else { value.write(asn.twoOctets) }
            value.write(address.rawValue)
        case .communities(let list): for community in list { value.write(community.rawValue) }
        case .originatorID(let identifier): value.write(identifier.rawValue)
        case .clusterList(let list): for identifier in list { value.write(identifier) }
        case .mpReachNLRI(let reach): try reach.encode(into: &value)
        case .mpUnreachNLRI(let family, let prefixes):
            let route = RouteFamily(unicast: family)
            value.write(route.afi.rawValue)
            value.write(route.safi.rawValue)
            for prefix in prefixes { value.write(prefix) }
        case .extendedCommunities(let list): for community in list { value.write(community.rawValue) }
        case .as4Path(let path): path.encode(into: &value, fourOctetASN: true)
        case .as4Aggregator(let asn, let address):
            value.write(asn.rawValue)
            value.write(address.rawValue)
        case .largeCommunities(let list):
            for community in list {
                value.write(community.globalAdministrator)
                value.write(community.localData1)
                value.write(community.localData2)
            }
        case .unrecognized(_, _, let octets): value.write(bytes: octets)
        }
        let flags: AttributeFlags
        if case .unrecognized(_, let original, _) = self {
            flags = original.subtracting(.extendedLength)
        } else {
            flags = AttributeDescription.of(type)?.category.flags ?? []
        }
        try writer.writeAttribute(type, flags: flags, value.bytes)
    }
}

extension ByteWriter {
    /// Writes an attribute, with the extended length only where it is needed.
    mutating func writeAttribute(
        _ type: AttributeType, flags: AttributeFlags, _ value: [UInt8]
    ) throws(LengthOverflow) {
        guard let length = UInt16(exactly: value.count) else {
            throw LengthOverflow(length: value.count, limit: Int(UInt16.max))
        }
        if let short = UInt8(exactly: length) {
            write(flags.rawValue)
            write(type.rawValue)
            write(short)
        } else {
            write(flags.union(.extendedLength).rawValue)
            write(type.rawValue)
            write(length)
        }
        write(bytes: value)
    }
}
