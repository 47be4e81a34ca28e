import Addresses
import WireCodec

/// An UPDATE with room for prefixes: everything of it that does not depend on which they are.
///
/// RFC 4271 §4.3: routes with the same attributes share an UPDATE. Prefixes go between ``head`` and ``tail``; then the
/// length fields, which count them, are filled in.
struct UpdatePacker: Hashable, Sendable {
    private struct LengthField: Hashable {
        let offset: Int
        /// What the field counts beside the prefixes.
        let beside: Int
    }

    private let head: [UInt8]
    private let tail: [UInt8]
    private let lengthFields: [LengthField]
    /// How many octets of prefixes fit.
    let capacity: Int

    /// UPDATEs that announce routes of `family`. `nil` if the peer has no next hop for them, or if the attributes leave
    /// no room for a prefix.
    init?(announcing route: RouteAttributes, _ family: AddressFamily, _ encoding: PeerEncoding) {
        guard let nextHop = encoding.nextHops[family] else { return nil }
        var attributes = encoding.attributes(of: route)
        var reachHead: [UInt8] = []
        if case .v4(let address) = nextHop.address, family == .ipv4 {
            attributes.append(.nextHop(address))
        } else {
            // RFC 4760 §3. RFC 7606 §5.1: it comes first of all attributes.
            let routeFamily = RouteFamily(unicast: family)
            var hop = ByteWriter()
            nextHop.encode(into: &hop)
            var reach = ByteWriter()
            reach.write(AttributeFlags.optional.union(.extendedLength).rawValue)
            reach.write(AttributeType.mpReachNLRI.rawValue)
            reach.write(UInt16.zero)
            reach.write(routeFamily.afi.rawValue)
            reach.write(routeFamily.safi.rawValue)
            reach.write(UInt8(hop.count))
            reach.write(bytes: hop.bytes)
            reach.write(UInt8.zero)
            reachHead = reach.bytes
        }
        // RFC 4271 §5 (appendix F.4): in the order of their types.
        var rest = ByteWriter()
        do throws(LengthOverflow) {
            for attribute in attributes.sorted(by: { $0.type < $1.type }) {
                try attribute.encode(into: &rest, fourOctetASN: encoding.fourOctetASN)
            }
        } catch { return nil }
        var head = UpdatePacker.header
        head += [0, 0]  // no withdrawn routes
        let attributesOffset = head.count
        head += [0, 0]
        if reachHead.isEmpty {
            guard let length = UInt16(exactly: rest.count) else { return nil }
            head[attributesOffset] = UInt8(length >> 8)
            head[attributesOffset + 1] = UInt8(truncatingIfNeeded: length)
            self.init(head: head + rest.bytes, tail: [], fields: [], limit: encoding.maximumMessageLength)
        } else {
            let reachOffset = head.count
            self.init(
                head: head + reachHead, tail: rest.bytes,
                fields: [
                    LengthField(offset: attributesOffset, beside: reachHead.count + rest.count),
                    LengthField(offset: reachOffset + 2, beside: reachHead.count - 4),
                ], limit: encoding.maximumMessageLength)
        }
    }

    /// UPDATEs that withdraw routes of `family`.
    init?(withdrawing family: AddressFamily, _ encoding: PeerEncoding) {
        guard let nextHop = encoding.nextHops[family] else { return nil }
        let header = UpdatePacker.header
        if family == .ipv4, nextHop.address.family == .ipv4 {
            self.init(
                head: header + [0, 0], tail: [0, 0], fields: [LengthField(offset: header.count, beside: 0)],
                limit: encoding.maximumMessageLength)
        } else {
            // RFC 4760 §4.
            let routeFamily = RouteFamily(unicast: family)
            var unreach = ByteWriter()
            unreach.write(AttributeFlags.optional.union(.extendedLength).rawValue)
            unreach.write(AttributeType.mpUnreachNLRI.rawValue)
            unreach.write(UInt16.zero)
            unreach.write(routeFamily.afi.rawValue)
            unreach.write(routeFamily.safi.rawValue)
            self.init(
                head: header + [0, 0, 0, 0] + unreach.bytes, tail: [],
                fields: [
                    LengthField(offset: header.count + 2, beside: unreach.count),
                    LengthField(offset: header.count + 6, beside: unreach.count - 4),
                ], limit: encoding.maximumMessageLength)
        }
    }

    private init?(head: [UInt8], tail: [UInt8], fields: [LengthField], limit: Int) {
        self.head = head
        self.tail = tail
        lengthFields = fields + [LengthField(offset: 16, beside: head.count + tail.count)]
        capacity = limit - head.count - tail.count
        // The longest prefix must fit.
        guard capacity >= 17 else { return nil }
    }

    private static let header: [UInt8] =
        [UInt8](repeating: 0xFF, count: 16) + [0, 0, MessageType.update.rawValue]

    /// Appends one UPDATE with these prefixes.
    ///
    /// - Precondition: together they have at most ``capacity`` octets.
    func append(_ keys: some Collection<some RouteKey>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: head)
        for key in keys { key.append(to: &bytes) }
        let length = bytes.count - start - head.count
        precondition(length <= capacity, "\(length) octets of prefixes where \(capacity) fit")
        bytes.append(contentsOf: tail)
        for field in lengthFields {
            let value = UInt16(length + field.beside)
            bytes[start + field.offset] = UInt8(value >> 8)
            bytes[start + field.offset + 1] = UInt8(truncatingIfNeeded: value)
        }
    }
}
