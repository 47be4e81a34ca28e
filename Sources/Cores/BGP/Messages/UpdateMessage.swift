import Addresses
import WireCodec

/// An UPDATE, RFC 4271 §4.3: routes withdrawn, and routes announced with their attributes.
///
///     +-----------------------------------------------------+
///     |   Length of the withdrawn routes (2 octets)         |
///     |   Withdrawn routes (variable)                       |
///     |   Total length of the path attributes (2 octets)    |
///     |   Path attributes (variable)                        |
///     |   Network layer reachability information (variable) |
///     +-----------------------------------------------------+
package struct UpdateMessage: Hashable, Sendable {
    package let withdrawnRoutes: [IPPrefix]
    package let attributes: [PathAttribute]
    package let nlri: [IPPrefix]

    package init(withdrawnRoutes: [IPPrefix] = [], attributes: [PathAttribute] = [], nlri: [IPPrefix] = []) {
        self.withdrawnRoutes = withdrawnRoutes
        self.attributes = attributes
        self.nlri = nlri
    }

    /// RFC 4724 §2: the marker that says that the table was sent whole.
    package static func endOfRIB(_ family: AddressFamily) -> UpdateMessage {
        switch family {
        case .ipv4: UpdateMessage()
        case .ipv6: UpdateMessage(attributes: [.mpUnreachNLRI(.ipv6, [])])
        }
    }

    /// The family of which this is the End-of-RIB marker, if it is one.
    package var endOfRIBFamily: AddressFamily? {
        guard withdrawnRoutes.isEmpty, nlri.isEmpty else { return nil }
        if attributes.isEmpty { return .ipv4 }
        if attributes.count == 1, case .mpUnreachNLRI(let family, let routes) = attributes[0], routes.isEmpty {
            return family
        }
        return nil
    }

    /// All routes that the UPDATE announces, in any field.
    package var announced: [IPPrefix] {
        attributes.reduce(into: nlri) { routes, attribute in
            if case .mpReachNLRI(let reach) = attribute { routes += reach.nlri }
        }
    }

    /// All routes that the UPDATE withdraws, in any field.
    package var withdrawn: [IPPrefix] {
        attributes.reduce(into: withdrawnRoutes) { routes, attribute in
            if case .mpUnreachNLRI(_, let more) = attribute { routes += more }
        }
    }

    package func encode(
        into writer: inout ByteWriter, fourOctetASN: Bool, limit: Int = Header.maximumMessageLength
    ) throws(LengthOverflow) {
        try writer.writeMessage(.update, limit: limit) { (writer) throws(LengthOverflow) in
            try writer.writeLengthPrefixed(as: UInt16.self) { writer in
                for prefix in withdrawnRoutes { writer.write(prefix) }
            }
            try writer.writeLengthPrefixed(as: UInt16.self) { (writer) throws(LengthOverflow) in
                for attribute in attributes { try attribute.encode(into: &writer, fourOctetASN: fourOctetASN) }
            }
            for prefix in nlri { writer.write(prefix) }
        }
    }
}
