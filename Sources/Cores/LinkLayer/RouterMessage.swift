import Addresses
import Timing
import WireCodec

/// A router solicitation or advertisement, as an ICMPv6 packet without its IPv6 header: RFC 4861 §4.1 and §4.2. Of an
/// advertisement only what says whose it is and how long it counts is kept.
package enum RouterMessage: Hashable, Sendable {
    case solicitation
    /// Zero: the sender is not to be used as a default router.
    case advertisement(routerLifetime: Duration)

    /// Why a packet was not used.
    package enum Problem: String, Error, Hashable, Sendable {
        case truncated
        case hopLimit
        case code
        case sourceNotLinkLocal
        case optionLength
        case otherType
    }

    private static let solicitationType: UInt8 = 133
    private static let advertisementType: UInt8 = 134
    /// RFC 4861 §6.1.1 and §6.1.2: no router can have forwarded it.
    package static let hopLimit: UInt8 = 255
    /// RFC 4861 §4.2, RFC 4291 §2.7.1: all nodes, where advertisements go.
    package static let allNodes = IPv6Address(rawValue: 0xFF02 << 112 | 1)
    /// All routers, where solicitations go.
    package static let allRouters = IPv6Address(rawValue: 0xFF02 << 112 | 2)

    /// Reads a packet, with the checks of RFC 4861 §6.1.1 and §6.1.2 but for the checksum, which the kernel verifies.
    package init(
        decoding payload: Span<UInt8>, from source: IPAddress, hopLimit: UInt8
    ) throws(Problem) {
        guard hopLimit == RouterMessage.hopLimit else { throw .hopLimit }
        var reader = ByteReader(payload)
        do {
            let type: UInt8 = try reader.read()
            guard try reader.read(UInt8.self) == 0 else { throw Problem.code }
            try reader.skip(count: 2)
            switch type {
            case RouterMessage.solicitationType:
                try reader.skip(count: 4)
                self = .solicitation
            case RouterMessage.advertisementType:
                // RFC 4861 §6.1.2: only link-local addresses, so that routers can be distinguished.
                guard source.isLinkLocal, source.family == .ipv6 else { throw Problem.sourceNotLinkLocal }
                try reader.skip(count: 2)
                self = .advertisement(routerLifetime: .seconds(Int64(try reader.read(UInt16.self))))
                try reader.skip(count: 8)
            default: throw Problem.otherType
            }
            while !reader.isAtEnd {
                try reader.skip(count: 1)
                let length = Int(try reader.read(UInt8.self)) * 8
                // RFC 4861 §6.1.2: all options have a length greater than zero.
                guard length > 0 else { throw Problem.optionLength }
                try reader.skip(count: length - 2)
            }
        } catch let problem as Problem { throw problem } catch { throw .truncated }
    }

    /// The packet, without options and checksum.
    package var octets: [UInt8] {
        var writer = ByteWriter(reserving: 16)
        switch self {
        case .solicitation:
            writer.write(RouterMessage.solicitationType)
            writer.write(bytes: Array(repeating: 0, count: 7))
        case .advertisement(let lifetime):
            writer.write(RouterMessage.advertisementType)
            // Code, checksum, hop limit, flags: none of it is said.
            writer.write(bytes: Array(repeating: 0, count: 5))
            writer.write(UInt16(clamping: lifetime.components.seconds))
            writer.write(bytes: Array(repeating: 0, count: 8))
        }
        return writer.bytes
    }
}
